"""What the recipe was chosen from: nDCG@10 of each variant on every split that may choose."""

import dataclasses
import itertools

import numpy as np
from evaluation import Counted
from recipe import Recipe, follow
from tables import count_probabilities, sif_weights, token_table
from texts import Collection
from writing import dequantize, quantize

TESTED = ("Model2Vec, 256", "chosen, in int8")


def read_collections(folder, workshop):
    folders = sorted(path.parent for path in folder.glob("*/qrels"))
    collections = [Collection(path, workshop.tokenizer) for path in folders]
    return [Counted(collection, workshop.count) for collection in collections]


def model2vec_tables(workshop, collections):
    """Model2Vec's own recipe, and one change of it at a time."""
    alone, framed = workshop.token_vectors()
    counts = sum(np.asarray(texts.documents.sum(axis=0)).ravel() for texts in collections)
    zipf = sif_weights(workshop.zipf, 1e-4)
    counted = sif_weights(count_probabilities(counts, workshop.idle), 3e-4)

    def table(vectors, weights, dimension, first=0):
        return token_table(vectors, workshop.idle, weights, dimension, first=first)[0]

    yield "Model2Vec, 256", table(framed, zipf, 256)
    yield "Model2Vec, 128", table(framed, zipf, 128)
    yield "Model2Vec, 384", table(framed, zipf, 384)
    yield "Model2Vec, 256, counted frequencies", table(framed, counted, 256)
    yield "token alone, 256", table(alone, zipf, 256)
    yield "token alone, 256, without the widest 2", table(alone, zipf, 256, 2)
    yield "token alone, 256, without the widest 8", table(alone, zipf, 256, 8)


def recipe_tables(workshop):
    chosen = Recipe()
    for change in (
        {"glosses": 0, "flatness": 0.0},
        {"glosses": 0},
        {"glosses": 0, "flatness": 1.0},
        {"flatness": 0.5},
        {"flatness": 1.0},
        {"sif_coefficient": 3e-5},
        {"sif_coefficient": 1e-4},
        {"ridge": 0.02},
        {"ridge": 0.2},
        {"dimension": 256},
        {"dimension": 384},
    ):
        changes = ", ".join(f"{name} {value}" for name, value in change.items())
        yield changes, follow(dataclasses.replace(chosen, **change), workshop)
    table = follow(chosen, workshop)
    yield "chosen, in float32", table
    yield "chosen, in int8", dequantize(*quantize(table))


def print_line(name, collections, splits, table):
    values = [
        f"{texts.ndcg(table, split):.4f}"
        for texts in collections
        for split in splits
        if split in texts.judgements
    ]
    print(f"| {name} | " + " | ".join(values) + " |", flush=True)


def print_trials(workshop, folder):
    """Every variant on train and dev; then those of TESTED, once, on test."""
    collections = read_collections(folder, workshop)
    tested = []
    print("| variant | " + " | ".join(texts.name for texts in collections) + " |")
    variants = (model2vec_tables(workshop, collections), recipe_tables(workshop))
    for name, table in itertools.chain(*variants):
        print_line(name, collections, ("train", "dev"), table)
        if name in TESTED:
            tested.append((name, table))
    for name, table in tested:
        print_line(f"test: {name}", collections, ("test",), table)
