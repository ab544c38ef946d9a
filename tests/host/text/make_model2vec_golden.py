"""Writes data/model2vec.safetensors, a small table, and data/model2vec.jsonl, its vectors.

The vectors are those of PyPI's `model2vec`.

    pip install model2vec==0.10.0
    make_model2vec_golden.py

Run make_tokenizer_golden.py before: the tokenizer is the same. The numbers are int8 with float32
weights and a mapping, all that the format knows at once; 12 of them a row, so that no register
fills.
"""

import importlib.metadata
import json
import pathlib
import random
import shutil
import sys
import tempfile

import numpy
from model2vec import StaticModel
from safetensors.numpy import save_file

import tokenizer_texts

DATA = pathlib.Path(__file__).parent / "data"
VERSION = "0.10.0"
ROWS, DIMENSION = 97, 12
TEXTS_EVERY = 211


def write_model(folder):
    vocab = json.loads((DATA / "tokenizer.json").read_text())["model"]["vocab"]
    source = random.Random(7)
    table = [[int(source.random() * 255) - 127 for _ in range(DIMENSION)] for _ in range(ROWS)]
    weights = [0.001 + source.random() * 0.02 for _ in vocab]
    mapping = [int(source.random() * ROWS) for _ in vocab]
    save_file({"embeddings": numpy.array(table, numpy.int8),
               "weights": numpy.array(weights, numpy.float32),
               "mapping": numpy.array(mapping, numpy.int32)}, folder / "model.safetensors")
    config = {"model_type": "model2vec", "architectures": ["StaticModel"], "normalize": True}
    (folder / "config.json").write_text(json.dumps(config) + "\n")
    shutil.copyfile(DATA / "tokenizer.json", folder / "tokenizer.json")


def main():
    if importlib.metadata.version("model2vec") != VERSION:
        sys.exit(f"model2vec: found another version, allowed: {VERSION}")
    with tempfile.TemporaryDirectory() as folder:
        write_model(pathlib.Path(folder))
        model = StaticModel.from_pretrained(folder)
        shutil.copyfile(pathlib.Path(folder, "model.safetensors"), DATA / "model2vec.safetensors")
    texts = [text for text in tokenizer_texts.make_texts()[1::TEXTS_EVERY] if len(text) < 600]
    with open(DATA / "model2vec.jsonl", "w") as output:
        for text, vector in zip(texts, model.encode(texts)):
            if vector.any():
                numbers = [round(float(number), 7) for number in vector]
                output.write(json.dumps({"text": text, "vector": numbers}) + "\n")


if __name__ == "__main__":
    main()
