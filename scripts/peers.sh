#!/usr/bin/env bash
# Measures the server beside what else a team might use for the same work (vectors: nginx, FastAPI,
# numpy, sentence-transformers, FAISS, usearch, hnswlib; texts: FastAPI with model2vec; searches of
# resident rows: FAISS, usearch, hnswlib), holds it to its bars, writes the figures down.
#
#   scripts/peers.sh [--only vectors|text|search] [--seconds 3] [--rounds 3] [--no-write]
#
# About five minutes on a quiet machine for vectors, one for texts, ten for searches. Before the
# first time vectors and searches need a download of 3 GB into build/peers (PyPI's torch brings
# CUDA), texts one of 40 MB into build/peers_text. Exit status 1 when a bar is missed.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

kinds='vectors text search'
if [ "${1:-}" = --only ]; then
    case ${2:-} in
        vectors | text | search) kinds=$2 ;;
        *) die "--only: found '${2:-}', allowed: vectors, text, search" ;;
    esac
    shift 2
fi

# make_venv FOLDER REQUIREMENTS: anew only where what is wanted has changed.
make_venv() {
    local venv=$1 wanted=$2
    cmp -s "$wanted" "$venv/installed.txt" && return 0
    say "Python packages ($venv)"
    "$PYTHON" -m venv "$venv"
    "$venv/bin/pip" install --quiet --no-cache-dir -r "$wanted" ||
        die "pip could not install $wanted"
    cp "$wanted" "$venv/installed.txt"
}

cd "$ROOT"
scripts/install_packages.sh build bench peers
say "Building (bench)"
case $kinds in
    text) build_targets bench quantumrerank ;;
    search) build_targets bench search_rows ;;
    *) build_targets bench quantumrerank score_request search_rows ;;
esac
status=0
for kind in $kinds; do
    case $kind in
        vectors) venv=build/peers requirements=requirements.txt program=peers.py ;;
        text) venv=build/peers_text requirements=requirements_text.txt program=text_peers.py ;;
        search) venv=build/peers requirements=requirements.txt program=search_peers.py ;;
    esac
    make_venv "$venv" "perf/peers/$requirements"
    say "Measuring ($kind)"
    "$PYTHON" -B "perf/peers/$program" build/bench "$venv" "$@" || status=1
done
exit "$status"
