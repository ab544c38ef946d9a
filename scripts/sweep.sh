#!/usr/bin/env bash
# Measures how cost and latency grow with documents, dimension, clients and rate, and writes the
# figures down.
#
#   scripts/sweep.sh [--seconds 2] [--no-write]
#
# About five minutes on a quiet machine.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"
scripts/install_packages.sh build bench
say "Building (bench)"
build_targets bench quantumrerank qr_load
say "Measuring"
exec "$PYTHON" -B perf/http/sweep.py build/bench "$@"
