#!/usr/bin/env bash
# Puts the CUDA toolkit of scripts/cuda_toolkit.txt below build/cuda-toolkit, where the build looks
# last: headers for the emulation, nvcc for the module. 100 MB to fetch, 270 MB once unpacked; no
# root, and nothing outside build/. Called by install_packages.sh cuda.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

wanted=$ROOT/scripts/cuda_toolkit.txt
folder=$ROOT/build/cuda-toolkit
! cmp -s "$wanted" "$folder/installed.txt" || exit 0

say "Fetching the CUDA toolkit into $folder"
rm -rf "$folder"
mkdir -p "$folder"
PIP_ROOT_USER_ACTION=ignore "$PYTHON" -m pip install --quiet --no-deps --require-hashes \
    --only-binary=:all: --disable-pip-version-check --target "$folder" -r "$wanted" ||
    die "could not fetch it; install CUDA 13 in /usr/local/cuda, or name its folder in CUDA_HOME"
cp "$wanted" "$folder/installed.txt"
# Trees that were configured without it look again.
for cache in "$ROOT"/build/*/CMakeCache.txt; do
    [ ! -f "$cache" ] || cmake "$(dirname "$cache")" >/dev/null
done
