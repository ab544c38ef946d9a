#!/usr/bin/env bash
# Measures how long a server with a collection of 100,000 rows takes to be ready, beside reading its
# files plainly, holds that to its bar, and writes the figures down.
#
#   scripts/start_up.sh [--rounds 5] [--no-write]
#
# A minute on a quiet machine. Exit status 1 when the bar is missed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"
scripts/install_packages.sh build bench
say "Building (bench)"
build_targets bench quantumrerank
say "Measuring"
exec "$PYTHON" -B perf/http/start_up.py build/bench "$@"
