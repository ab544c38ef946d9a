#!/usr/bin/env bash
# Formats the C++ of the tree as .clang-format says.
#
#   scripts/format.sh                    writes
#   scripts/format.sh --check            names what differs and changes nothing
#   scripts/format.sh --check-scripts    asks shellcheck about the shell scripts instead
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"
# files PATTERN...: what git tracks or would track, and is there.
files() {
    git -c safe.directory='*' ls-files -z --cached --others --exclude-standard "$@" |
        while IFS= read -r -d '' file; do
            [ ! -f "$file" ] || printf '%s\0' "$file"
        done
}
need() {
    command -v "$1" >/dev/null || die "$1 is missing: scripts/install_packages.sh build test"
}

case ${1:-} in
    '' | --check)
        need clang-format-14
        how=(-i)
        [ -z "${1:-}" ] || how=(--dry-run --Werror)
        files '*.h' '*.cpp' '*.cu' '*.cuh' | xargs -0 -r clang-format-14 "${how[@]}"
        ;;
    --check-scripts)
        need shellcheck
        files '*.sh' .ci/run | xargs -0 -r shellcheck -x -P SCRIPTDIR
        ;;
    *) die "unknown argument '$1'; allowed: --check, --check-scripts" ;;
esac
