"""Makes the model of host/text/model anew, compares it with the one there, or tries variants.

Called by scripts/distill_encoder.sh, which says what the arguments are.
"""

import argparse
import pathlib
import sys
import tempfile

import numpy as np
from model2vec import StaticModel
from recipe import Recipe, Workshop, follow
from sources import read_glosses
from trials import print_trials
from writing import write_model

COSINE_MIN = 0.9999
TEXTS_COMPARED = 1000


def make(folder, workshop):
    recipe = Recipe()
    table = follow(recipe, workshop)
    write_model(folder, table, workshop.tokenizer, recipe.sif_coefficient)


def check(folder, workshop):
    """0 where a new model gives the vectors of the one in `folder`, as Model2Vec computes them."""
    texts = read_glosses(workshop.folder)[:: 117659 // TEXTS_COMPARED]
    with tempfile.TemporaryDirectory() as fresh:
        make(pathlib.Path(fresh), workshop)
        for name in ("config.json", "tokenizer.json", "model.safetensors"):
            same = (folder / name).read_bytes() == (pathlib.Path(fresh) / name).read_bytes()
            print(f"{name}: {'the same bytes' if same else 'other bytes'}")
        old, new = (StaticModel.from_pretrained(path).encode(texts) for path in (folder, fresh))
    lowest = (old * new).sum(axis=1).min()
    print(f"lowest cosine of {len(texts)} texts: found {lowest:.6f}, allowed: {COSINE_MIN} or more")
    return 0 if np.isfinite(lowest) and lowest >= COSINE_MIN else 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("cache", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    workshop = Workshop(arguments.cache)
    if arguments.data is not None:
        print_trials(workshop, arguments.data)
        return 0
    if arguments.check:
        return check(arguments.model, workshop)
    make(arguments.model, workshop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
