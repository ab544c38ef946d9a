#!/usr/bin/env bash
# Measures the server beside nginx and simdjson, holds it to its bars, and writes the figures down.
#
#   scripts/bench.sh [--seconds 3] [--rounds 5] [--no-write]
#
# About three minutes on a quiet machine. Exit status 1 when a bar is missed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"
scripts/install_packages.sh build bench
say "Building (bench)"
build_targets bench quantumrerank simdjson_floor score_bench batcher_bench
say "Measuring"
exec "$PYTHON" -B perf/http/bench.py build/bench "$@"
