"""The recipe that was chosen, and what it needs: README.md beside the model says why."""

import dataclasses

import numpy as np
from bert import Bert
from fitting import fit_table
from sources import Model, read_glosses
from tables import idle_tokens, sif_weights, token_table, zipf_probabilities
from texts import count_tokens, tokenize

SEED = 0
GLOSS_TOKENS_MAX = 62  # most have fewer than 30


@dataclasses.dataclass(frozen=True)
class Recipe:
    dimension: int = 320
    flatness: float = 0.75
    sif_coefficient: float = 5e-5
    glosses: int = 20000
    ridge: float = 0.05


class Workshop:
    """The model, its vocabulary and what was asked of it; answers are kept in `folder`."""

    def __init__(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.model = Model(folder)
        self.tokenizer = self.model.tokenizer()
        self.size = self.tokenizer.get_vocab_size()
        names = [self.tokenizer.id_to_token(token) for token in range(self.size)]
        self.idle = idle_tokens(names)
        self.zipf = zipf_probabilities(self.idle)

    def kept(self, name, compute):
        path = self.folder / f"{name}.npy"
        if not path.exists():
            np.save(path, compute(Bert(self.model.tensors())))
        return np.load(path)

    def token_vectors(self):
        return self.kept("tokens", lambda bert: bert.tokens(self.size))

    def glosses(self, count):
        """(token ids, unit vectors of the model) of glosses drawn by SEED."""
        texts = read_glosses(self.folder)
        order = np.random.default_rng(SEED).permutation(len(texts))[:count]
        ids = tokenize(self.tokenizer, [texts[i] for i in order])
        ids = [text[:GLOSS_TOKENS_MAX] for text in ids]
        vectors = self.kept(f"glosses_{count}", lambda bert: bert.means(ids))
        return ids, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def count(self, texts):
        return count_tokens(texts, self.size)


def follow(recipe, workshop):
    """The table [vocabulary, dimension] of a recipe; without glosses, the plain vectors."""
    weights = sif_weights(workshop.zipf, recipe.sif_coefficient)
    alone, _ = workshop.token_vectors()
    table, axes = token_table(
        alone, workshop.idle, weights, recipe.dimension, flatness=recipe.flatness
    )
    if recipe.glosses > 0:
        ids, vectors = workshop.glosses(recipe.glosses)
        counts = workshop.count(ids)
        table = fit_table(table, weights, counts, axes.project(vectors), recipe.ridge)
        table[workshop.idle] = 0
    return table.astype(np.float32)
