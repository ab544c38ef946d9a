#!/usr/bin/env bash
# Runs the GPU suite on this machine's first CUDA device and writes down what it found. It needs the
# folder it lies in and a driver: no toolkit, no compiler, no source tree. perf/gpu.sh --build makes
# that folder.
#
#   ./run.sh [--output FOLDER] [--only suite,sanitizer,bench] [--limit SECONDS] [--cublas FILE]
#
# suite: the tests on the device. sanitizer: the kernels' tests under compute-sanitizer, where that
# is found. bench: the benchmarks, and torch on the same vectors, where python3 has it. --limit is
# for all of them together (default 1500); machines that allow ten minutes a command run the parts
# one by one, and perf/gpu/report.py merge puts the files together. The result is
# FOLDER/<device>.json (default: the current folder), logs lie beside it.
#
# Exit status: 0 good, 1 a test failed, an answer was wrong, a bar was missed or time ran out, 2 a
# wrong command line, 3 no CUDA device.
set -euo pipefail
export LC_ALL=C.UTF-8 CUDA_DEVICE_ORDER=PCI_BUS_ID
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

output=.
only=suite,sanitizer,bench
limit=1500
cublas=
command_line=perf/gpu.sh # with what changes the figures: where things lie is the machine's affair

usage() {
    printf 'run.sh: %s\n' "$*" >&2
    exit 2
}
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || usage "'$1' needs a value; allowed: --output, --only, --limit, --cublas"
    case $1 in
        --output) output=$2 ;;
        --only) only=$2 command_line+=" $1 $2" ;;
        --limit) limit=$2 command_line+=" $1 $2" ;;
        --cublas) cublas=$2 ;;
        *) usage "unknown argument '$1'; allowed: --output, --only, --limit, --cublas" ;;
    esac
    shift 2
done
[[ $limit =~ ^[1-9][0-9]*$ ]] || usage "--limit: found '$limit', allowed are seconds, 1 or more"
for part in ${only//,/ }; do
    case $part in
        suite | sanitizer | bench) ;;
        *) usage "--only: found '$part', allowed are suite, sanitizer, bench" ;;
    esac
done
wants() { [[ ,$only, == *,$1,* ]]; }

failed=0
deadline=$((SECONDS + limit))
seconds_left() { printf '%s' "$((deadline > SECONDS ? deadline - SECONDS : 1))"; }

# json_text TEXT: as a JSON string. What would need escaping is left out.
json_text() { printf '"%s"' "$(printf '%s' "$1" | tr -d '"\134' | tr -c '[:print:]' ' ')"; }
# json_list < LINES
json_list() {
    local line separator=
    printf '['
    while IFS= read -r line; do
        printf '%s%s' "$separator" "$(json_text "$line")"
        separator=', '
    done
    printf ']'
}

# One device: what the results are named after is what ran.
export CUDA_VISIBLE_DEVICES=${CUDA_VISIBLE_DEVICES-0}
status=0
name=$("$here/gpu_bench" --probe) || status=$?
if [ "$status" != 0 ]; then
    cat >&2 <<'ADVICE'
run.sh: what to do: run it on a machine where nvidia-smi lists a device, with a driver for CUDA 13
  (580 or newer). To carry it there: perf/gpu.sh --build FOLDER, then FOLDER/run.sh.
ADVICE
    exit "$status"
fi
slug=$(printf '%s' "$name" | tr '[:upper:]' '[:lower:]' | tr -cs 'a-z0-9' '-')
slug=${slug#-}
slug=${slug%-}
mkdir -p "$output"
output=$(cd "$output" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'device: %s\n' "$name"

word_for() {
    case $1 in
        0) printf passed ;;
        124 | 137) printf 'timed out' ;;
        *) printf failed ;;
    esac
}

# run_tests: the tests as they are; counts from gtest's own report.
run_suite() {
    local log=$output/$slug.suite.log began=$SECONDS status=0
    printf 'suite: %s\n' "$log" >&2
    (cd "$work" && QR_SOURCE_DIR=$here timeout --kill-after=10 "$(seconds_left)" \
        "$here/gpu_test" --gtest_output="json:$work/tests.json") >"$log" 2>&1 || status=$?
    count() { grep -c "$1" "$work/tests.json" 2>/dev/null || true; }
    local tests skipped failures=0
    tests=$(count '"result": ')
    skipped=$(count '"result": "SKIPPED"')
    grep -E '^\[  FAILED  \] [^ ]+( \(|,|$)' "$log" | sed -E 's/^\[  FAILED  \] ([^ ,]+).*/\1/' |
        sort -u >"$work/failures" || true
    failures=$(wc -l <"$work/failures")
    [ "$status" = 0 ] || failed=1
    printf '{"status": %s, "seconds": %d, "tests": %d, "failed": %d, "skipped": %d,\n' \
        "$(json_text "$(word_for "$status")")" "$((SECONDS - began))" "${tests:-0}" "$failures" \
        "${skipped:-0}"
    printf '  "failed_tests": %s,\n  "skip_reasons": %s}' "$(json_list <"$work/failures")" \
        "$(awk '/: Skipped$/ { getline; print }' "$log" | sort -u | head -n 20 | json_list)"
}

find_sanitizer() {
    local place
    for place in "$(command -v compute-sanitizer || true)" \
        "${CUDA_HOME:-/usr/local/cuda}/bin/compute-sanitizer"; do
        [ ! -x "$place" ] || { printf '%s' "$place" && return; }
    done
}

# The kernels' tests in one order each: the device has its own, and the tools are slow.
run_sanitizer() {
    local program log status began separator share extra tool
    program=$(find_sanitizer)
    if [ -z "$program" ]; then
        printf '{"absent": "compute-sanitizer is not found (it is part of the CUDA toolkit)"}'
        return
    fi
    printf '{"version": %s' "$(json_text "$("$program" --version | grep -i version | head -n 1)")"
    separator=','
    for tool in memcheck racecheck initcheck synccheck; do
        log=$output/$slug.$tool.log extra=()
        # The tests ask for refusals on purpose; what a call answers is theirs to judge.
        [ "$tool" != memcheck ] || extra=(--report-api-errors no)
        printf '%s: %s\n' "$tool" "$log" >&2
        began=$SECONDS status=0
        share=$(($(seconds_left) / 2 + 1))
        (cd "$work" && QR_SOURCE_DIR=$here timeout --kill-after=10 "$share" \
            "$program" --tool "$tool" --error-exitcode 9 "${extra[@]}" "$here/gpu_test" \
            --gtest_filter='Orders/*/0') >"$log" 2>&1 || status=$?
        [ "$status" = 0 ] || failed=1
        printf '%s\n  "%s": {"status": %s, "seconds": %d, "summary": %s}' "$separator" "$tool" \
            "$(json_text "$(word_for "$status")")" "$((SECONDS - began))" \
            "$(json_text "$(grep -o 'SUMMARY: .*' "$log" | tail -n 1)")"
    done
    printf '}'
}

# cuBLAS is the machine's own: the toolkit's, or the one that torch came with.
find_cublas() {
    local python_folder
    [ -z "$cublas" ] || { printf '%s' "$cublas" && return; }
    python_folder=$(python3 -c 'import nvidia, os; print(list(nvidia.__path__)[0])' 2>/dev/null ||
        true)
    find "${CUDA_HOME:-/usr/local/cuda}/lib64" ${python_folder:+"$python_folder"} \
        -name 'libcublas.so.1[23]' 2>/dev/null | sort -r | head -n 1 || true
}

run_bench() {
    local log=$output/$slug.bench.log status=0 library
    library=$(find_cublas)
    # Its own folder on the search path: libcublas asks for libcublasLt by name.
    [ -z "$library" ] || export LD_LIBRARY_PATH=${library%/*}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    printf 'bench: %s\n' "$log" >&2
    mkdir -p "$work/arrays"
    timeout --kill-after=10 "$(seconds_left)" "$here/gpu_bench" --output "$work/bench.json" \
        --arrays "$work/arrays" ${library:+--cublas "$library"} >"$log" 2>&1 || status=$?
    tail -n 3 "$log" >&2
    if [ "$status" != 0 ]; then
        failed=1
        printf '{"status": %s, "message": %s}' "$(json_text "$(word_for "$status")")" \
            "$(json_text "$(tail -n 1 "$log")")"
        return
    fi
    ! grep -q '"met": false' "$work/bench.json" || failed=1
    cat "$work/bench.json"
}

run_torch() {
    local log=$output/$slug.torch.log
    if ! python3 -c 'import numpy, torch' 2>/dev/null; then
        printf '{"absent": "python3 here has no torch and numpy"}'
    elif ! timeout --kill-after=10 "$(seconds_left)" python3 "$here/torch_peer.py" \
        "$work/arrays" >"$work/torch.json" 2>"$log"; then
        printf '{"absent": %s}' "$(json_text "torch_peer.py failed: $(tail -n 1 "$log")")"
    else
        cat "$work/torch.json"
    fi
}

# ask FIELD: of the driver's own tool, about the device that ran.
ask() {
    local index=${CUDA_VISIBLE_DEVICES%%,*}
    json_text "$(nvidia-smi --id="$index" --query-gpu="$1" --format=csv,noheader 2>/dev/null |
        head -n 1 || printf absent)"
}
print_machine() {
    printf '"driver": %s,\n' "$(ask driver_version)"
    printf '"clocks": {"sm_max": %s, "memory_max": %s, "sm": %s, "memory": %s},\n' \
        "$(ask clocks.max.sm)" "$(ask clocks.max.memory)" "$(ask clocks.sm)" "$(ask clocks.mem)"
    printf '"power_limit": %s, "mig_mode": %s,\n' "$(ask power.limit)" "$(ask mig.mode.current)"
    printf '"cpu": %s, "cores": %d, "kernel": %s,\n' \
        "$(json_text "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)")" \
        "$(nproc)" "$(json_text "$(uname -r)")"
}

for part in suite sanitizer bench torch; do printf null >"$work/$part.part"; done
! wants suite || run_suite >"$work/suite.part"
! wants sanitizer || run_sanitizer >"$work/sanitizer.part"
if wants bench; then
    run_bench >"$work/bench.part"
    [ ! -s "$work/arrays/columns.npy" ] || run_torch >"$work/torch.part"
fi
result=$output/$slug.json
{
    printf '{"device": %s,\n' "$(json_text "$name")"
    cat "$here/built.json" # commit, versions, architectures: the rest of a line
    printf '"command": %s, "limit_s": %d,\n' "$(json_text "$command_line")" "$limit"
    print_machine
    printf '"suite": %s,\n' "$(cat "$work/suite.part")"
    printf '"sanitizer": %s,\n' "$(cat "$work/sanitizer.part")"
    printf '"bench": %s,\n' "$(cat "$work/bench.part")"
    printf '"torch": %s}\n' "$(cat "$work/torch.part")"
} >"$result"
printf 'written: %s\n' "$result"
exit "$failed"
