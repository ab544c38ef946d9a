#!/usr/bin/env bash
# Measures how memory and time of resident collections grow with rows, dimension, queries and k, and
# writes the figures down.
#
#   scripts/growth.sh [--rows-max 10000000] [--no-write]
#
# Some minutes and 6 GB of memory on a quiet machine.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"
scripts/install_packages.sh build bench
say "Building (bench)"
build_targets bench qr_growth
say "Measuring"
exec "$PYTHON" -B perf/collections/growth.py build/bench "$@"
