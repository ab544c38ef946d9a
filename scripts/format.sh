#!/usr/bin/env bash
# Formats the C++ of the tree as .clang-format says; --check names what differs and changes nothing.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

formatter=$(command -v clang-format-14) ||
    die "clang-format-14 is missing: scripts/install_packages.sh build test"
cd "$QR_ROOT"
mapfile -t files < <(git ls-files --cached --others --exclude-standard \
    '*.h' '*.cpp' '*.cu' '*.cuh' | while read -r file; do [ -f "$file" ] && echo "$file"; done)
case ${1:-} in
    '') "$formatter" -i "${files[@]}" ;;
    --check) "$formatter" --dry-run --Werror "${files[@]}" ;;
    *) die "unknown argument '$1'; allowed: --check" ;;
esac
