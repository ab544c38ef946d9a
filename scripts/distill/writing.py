"""The folder of a Model2Vec model: safetensors with int8 rows and a weight each, JSON beside it."""

import json

import numpy as np
from safetensors.numpy import save

STEPS = 127  # of int8 to either side of zero


def quantize(table):
    """int8 rows and the float32 weight that gives each row its size back."""
    scales = np.abs(table).max(axis=1) / STEPS
    rows = np.rint(table / np.where(scales > 0, scales, 1)[:, None])
    return rows.astype(np.int8), scales.astype(np.float32)


def dequantize(rows, weights):
    return rows.astype(np.float32) * weights[:, None]


def describe(dimension, sif_coefficient):
    """config.json as Model2Vec writes it."""
    name = "sentence-transformers/all-MiniLM-L6-v2"
    return {
        "model_type": "model2vec",
        "architectures": ["StaticModel"],
        "tokenizer_name": name,
        "base_model": name,
        "apply_pca": dimension,
        "sif_coefficient": sif_coefficient,
        "hidden_dim": dimension,
        "seq_length": 1000000,
        "normalize": True,
        "pooling": "mean",
        "embedding_dtype": "int8",
    }


def write_model(folder, table, tokenizer, sif_coefficient):
    folder.mkdir(parents=True, exist_ok=True)
    rows, weights = quantize(table)
    (folder / "model.safetensors").write_bytes(save({"embeddings": rows, "weights": weights}))
    config = describe(table.shape[1], sif_coefficient)
    (folder / "config.json").write_text(json.dumps(config, indent=4) + "\n", encoding="utf-8")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
