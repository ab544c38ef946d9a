"""The forward pass of all-MiniLM-L6-v2 in numpy: no framework for one small encoder.

Texts run in batches of equal length, so nothing is padded and nothing is masked.
"""

import math

import numpy as np
from scipy.special import erf

LAYERS = 6
HEADS = 12
WIDTH = 384
EPSILON = np.float32(1e-12)
CLS, SEP = 101, 102
BATCH_TOKENS = 2048


class Bert:
    """`tensors`: of a model.safetensors with the names of transformers' BertModel."""

    def __init__(self, tensors):
        self.tensors = {name: tensor.astype(np.float32) for name, tensor in tensors.items()}

    def _dense(self, x, name):
        return x @ self.tensors[name + ".weight"].T + self.tensors[name + ".bias"]

    def _normalise(self, x, name):
        centred = x - x.mean(-1, keepdims=True)
        centred /= np.sqrt(np.square(centred).mean(-1, keepdims=True) + EPSILON)
        return centred * self.tensors[name + ".weight"] + self.tensors[name + ".bias"]

    def _attend(self, x, name):
        batch, length, width = x.shape

        def heads(part):
            projected = self._dense(x, f"{name}.self.{part}")
            return projected.reshape(batch, length, HEADS, width // HEADS).transpose(0, 2, 1, 3)

        scale = np.float32(1 / math.sqrt(width // HEADS))
        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) * scale
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(batch, length, width)
        attended = self._dense(mixed, f"{name}.output.dense") + x
        return self._normalise(attended, f"{name}.output.LayerNorm")

    def _widen(self, x, name):
        inner = self._dense(x, f"{name}.intermediate.dense")
        inner *= np.float32(0.5) * (1 + erf(inner * np.float32(math.sqrt(0.5))))
        widened = self._dense(inner, f"{name}.output.dense") + x
        return self._normalise(widened, f"{name}.output.LayerNorm")

    def outputs(self, ids):
        """[batch, length, 384] of token ids [batch, length], all of them real tokens."""
        x = self.tensors["embeddings.word_embeddings.weight"][ids]
        x = x + self.tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = x + self.tensors["embeddings.token_type_embeddings.weight"][0]
        x = self._normalise(x, "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._attend(x, f"encoder.layer.{layer}.attention")
            x = self._widen(x, f"encoder.layer.{layer}")
        return x

    def _batches(self, texts):
        """(rows, their outputs) of texts of ids, each between CLS and SEP."""
        by_length = {}
        for row, ids in enumerate(texts):
            by_length.setdefault(len(ids) + 2, []).append(row)
        for length, rows in sorted(by_length.items()):
            size = max(1, BATCH_TOKENS // length)
            for start in range(0, len(rows), size):
                part = rows[start : start + size]
                yield part, self.outputs(np.array([[CLS, *texts[row], SEP] for row in part]))

    def means(self, texts):
        """[texts, 384]: the mean over all outputs, which is the model's vector of a text."""
        means = np.zeros((len(texts), WIDTH), np.float32)
        for rows, outputs in self._batches(texts):
            means[rows] = outputs.mean(1)
        return means

    def tokens(self, count):
        """[2, count, 384]: of each token alone its own output, and the mean with CLS and SEP."""
        vectors = np.zeros((2, count, WIDTH), np.float32)
        for rows, outputs in self._batches([[token] for token in range(count)]):
            vectors[0, rows] = outputs[:, 1]
            vectors[1, rows] = outputs.mean(1)
        return vectors
