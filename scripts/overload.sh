#!/usr/bin/env bash
# Overloads a server whose backend is slowed to a known capacity, holds it to its bars, and writes
# the figures down.
#
#   scripts/overload.sh [--seconds 5] [--no-write]
#
# About a minute on a quiet machine. Exit status 1 when a bar is missed, 2 when the machine was too
# busy to tell.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The stand-in lives among the tests, which the release presets leave out.
preset=dev
cd "$ROOT"
scripts/install_packages.sh build test
say "Building ($preset)"
build_targets "$preset" stand_in_server qr_load
say "Measuring"
exec "$PYTHON" -B perf/http/overload.py "build/$preset/bin/stand_in_server" \
    "build/$preset/bin/qr_load" "$@"
