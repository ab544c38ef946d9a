#!/usr/bin/env bash
# Counts the instructions of the hot paths and holds them to perf/guard/instructions.json.
#
#   scripts/guard.sh             exit status 1 when a count has moved by more than 2 %
#   scripts/guard.sh --update    shows every count before and after, and writes those of now
#
# Half a minute; the machine need not be quiet, because nothing is timed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command=check
case ${1:-} in
    '') ;;
    --update) command=update ;;
    *) die "unknown argument '$1'; allowed: --update" ;;
esac
[ $# -le 1 ] || die "unknown argument '$2'; allowed is one"

cd "$ROOT"
scripts/install_packages.sh build test
say "Building (dev)"
build_targets dev hot_paths
say "Counting"
exec "$PYTHON" -B perf/guard/guard.py "$command" build/dev/bin/hot_paths
