#!/usr/bin/env bash
# Measures what batching gives to searches: 64 clients with one query each beside one client with 64
# a call, holds that to its bars, and writes the figures down.
#
#   scripts/search_clients.sh [--seconds 10] [--rounds 3] [--no-write]
#
# Two minutes on a quiet machine. Exit status 1 when a bar is missed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"
scripts/install_packages.sh build bench
say "Building (bench)"
build_targets bench quantumrerank qr_load
say "Measuring"
exec "$PYTHON" -B perf/http/search_clients.py build/bench "$@"
