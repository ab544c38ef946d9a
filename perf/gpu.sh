#!/usr/bin/env bash
# Tests and measures the CUDA part on a real device, in one command.
#
#   perf/gpu.sh                      builds, runs on this machine, writes perf/results/<device>.json
#   perf/gpu.sh --build FOLDER       builds alone: a folder to carry to a machine with the device
#   perf/gpu.sh --run FOLDER         runs what was built before
#
#   --arch LIST        devices to build for, as in 80-real;90-real;90-virtual (see --help of nvcc)
#   --binaries FOLDER  with --build: takes gpu_test and gpu_bench from there instead of building
#   the rest (--output, --only, --limit, --cublas) is handed to perf/gpu/run.sh, which says more
#
# The folder needs no toolkit where it runs: the C++ runtime and cudart are inside the programs.
# Exit status: 0 good, 1 a test failed, an answer was wrong or a bar was missed, 2 a wrong command
# line, 3 no CUDA device here.
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

FOLDER_BYTES_MAX=$((60 << 20)) # what some rental machines take in one piece

usage() {
    printf 'gpu.sh: %s\n' "$*" >&2
    exit 2
}

build=''
run=''
binaries=''
architectures='75-real;80-real;86-real;89-real;90-real;100-real;120-real;90-virtual'
handed_on=()
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage "'$1' needs a value; see the head of $0"
    case $1 in
        --build) build=$2 ;;
        --run) run=$2 ;;
        --arch) architectures=$2 ;;
        --binaries) binaries=$2 ;;
        --output | --only | --limit | --cublas) handed_on+=("$1" "$2") ;;
        *) usage "unknown argument '$1'; see the head of $0" ;;
    esac
    shift 2
done
[ -z "$build" ] || [ -z "$run" ] || usage "--build and --run exclude each other; neither does both"

# build_programs: into build/gpu, by the flags of a release.
build_programs() {
    local targets
    "$ROOT/scripts/install_packages.sh" build test cuda
    say "Building the GPU suite ($architectures)"
    cmake -S "$ROOT" -B "$ROOT/build/gpu" -G Ninja -DCMAKE_BUILD_TYPE=Release -DQR_TESTS=ON \
        "-DCMAKE_CXX_FLAGS_RELEASE=-O3 -g1" "-DQR_CUDA_ARCHITECTURES=$architectures" >/dev/null ||
        die "cmake failed"
    targets=$(cmake --build "$ROOT/build/gpu" --target help)
    grep -q '^gpu_bench: ' <<<"$targets" ||
        die "the GPU suite cannot be built here: it needs nvcc 13 (QR_CUDA_HOME, CUDA_HOME)"
    cmake --build "$ROOT/build/gpu" --parallel "$(build_jobs)" --target gpu_test gpu_bench
    binaries=$ROOT/build/gpu/bin
}

# print_built: the lines of the result that only this side knows, each with its comma.
print_built() {
    local commit dirty=false
    commit=$(git -c safe.directory='*' -C "$ROOT" rev-parse --short=12 HEAD 2>/dev/null ||
        printf unknown)
    [ -z "$(git -c safe.directory='*' -C "$ROOT" status --porcelain --untracked-files=no -- \
        "$ROOT" ":!$ROOT/perf/results" 2>/dev/null)" ] || dirty=true
    printf '"commit": "%s", "dirty": %s,\n' "$commit" "$dirty"
    printf '"built_for": "%s",\n' \
        "$(sed -n 's/^QR_CUDA_ARCHITECTURES:.*=//p' "${binaries%/bin}/CMakeCache.txt")"
}

# make_folder FOLDER: everything that a run needs, and nothing else.
make_folder() {
    local folder=$1 bytes golden=tests/host/backend/golden
    [ ! -e "$folder" ] || [ -e "$folder/built.json" ] || [ -z "$(ls -A "$folder")" ] ||
        die "$folder exists and was not made by --build: name another"
    rm -rf "$folder"
    mkdir -p "$folder/$golden"
    for program in gpu_test gpu_bench; do
        [ -x "$binaries/$program" ] || die "$binaries holds no $program"
        strip -o "$folder/$program" "$binaries/$program"
    done
    cp "$ROOT/$golden/golden.json" "$folder/$golden/"
    cp "$ROOT/perf/gpu/run.sh" "$ROOT/perf/gpu/torch_peer.py" "$folder/"
    print_built >"$folder/built.json"
    bytes=$(du -sb "$folder" | cut -f 1)
    [ "$bytes" -le "$FOLDER_BYTES_MAX" ] ||
        die "$folder has $bytes bytes, allowed $FOLDER_BYTES_MAX: build for fewer devices (--arch)"
    note "$folder: $((bytes >> 20)) MiB; there: ./run.sh"
}

if [ -n "$run" ]; then
    [ -x "$run/run.sh" ] || die "$run holds no run.sh: perf/gpu.sh --build makes such a folder"
    exec "$run/run.sh" "${handed_on[@]}"
fi
[ -n "$binaries" ] || build_programs
make_folder "${build:-$ROOT/build/gpu/carried}"
[ -n "$build" ] ||
    exec "$ROOT/build/gpu/carried/run.sh" --output "$ROOT/perf/results" "${handed_on[@]}"
