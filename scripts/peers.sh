#!/usr/bin/env bash
# Measures the server beside what else a team might use for the same work (nginx, FastAPI, numpy,
# sentence-transformers, FAISS, usearch, hnswlib), holds it to its bars, writes the figures down.
#
#   scripts/peers.sh [--seconds 3] [--rounds 3] [--no-write]
#
# About five minutes on a quiet machine, and before the first time a download of 3 GB into
# build/peers (PyPI's torch brings CUDA). Exit status 1 when a bar is missed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"
scripts/install_packages.sh build bench peers

venv=build/peers
wanted=perf/peers/requirements.txt
if ! cmp -s "$wanted" "$venv/installed.txt"; then
    say "Python packages ($venv)"
    "$PYTHON" -m venv "$venv"
    "$venv/bin/pip" install --quiet --no-cache-dir -r "$wanted" ||
        die "pip could not install $wanted"
    cp "$wanted" "$venv/installed.txt"
fi

say "Building (bench)"
build_targets bench quantumrerank score_request
say "Measuring"
exec "$PYTHON" -B perf/peers/peers.py build/bench "$venv" "$@"
