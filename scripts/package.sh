#!/usr/bin/env bash
# Builds the release and packs it into build/packages: quantumrerank, and quantumrerank-cuda.
#
#   scripts/package.sh             the second one where nvcc is found
#   scripts/package.sh --cuda      both, or fails
#   scripts/package.sh --no-cuda   the server alone
#
# What it needs: scripts/install_packages.sh build package, and cuda where no toolkit is installed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cuda=AUTO
for argument in "$@"; do
    case $argument in
        --cuda) cuda=ON ;;
        --no-cuda) cuda=OFF ;;
        *) die "unknown argument '$argument'; allowed: --cuda, --no-cuda" ;;
    esac
done

cd "$ROOT"
cmake --preset release -DQR_CUDA="$cuda" || die "cmake --preset release failed"
build_targets release
packages=$ROOT/build/packages
rm -rf "$packages"
(cd build/release && cpack -G DEB -B "$packages")
rm -rf "$packages/_CPack_Packages"
say "Packed"
ls -l "$packages"
