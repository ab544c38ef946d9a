"""Tables of token vectors as Model2Vec makes them: principal components, weights by frequency."""

import numpy as np


def idle_tokens(tokens):
    """Which tokens no plain text brings forth: the [unused] ones and those in brackets."""
    return np.array([len(t) > 2 and t[0] == "[" and t[-1] == "]" for t in tokens])


def zipf_probabilities(idle):
    """By Zipf's law with the vocabulary's order as the rank, idle tokens left out."""
    ranks = np.cumsum(~idle) + 1
    inverse = np.where(idle, 0, 1 / ranks)
    return inverse / inverse.sum()


def count_probabilities(counts, idle):
    """Of counted tokens; one more of each, since a token never seen may still come."""
    raised = np.where(idle, 0, counts + 1)
    return raised / raised.sum()


def sif_weights(probabilities, coefficient):
    """Smooth inverse frequency: Arora, Liang and Ma, ICLR 2017."""
    return coefficient / (coefficient + probabilities)


class Axes:
    """Principal axes of the vectors of tokens, `first` to first + dimension, widest first.

    `flatness` divides each axis by its deviation to that power: 0 keeps the sizes, 1 makes them
    equal. The widest say how frequent and how whole a word is, which no query asks for.
    """

    def __init__(self, vectors, dimension, first=0, flatness=0.0):
        self.mean = vectors.mean(axis=0)
        centred = vectors - self.mean
        _, axes = np.linalg.eigh(centred.T.astype(np.float64) @ centred)
        axes = axes[:, ::-1][:, first : first + dimension]
        largest = np.abs(axes).argmax(axis=0)
        self.axes = axes * np.sign(axes[largest, np.arange(axes.shape[1])])
        deviations = np.sqrt(np.square(centred @ self.axes).mean(axis=0))
        self.axes /= deviations**flatness

    def project(self, vectors):
        return (vectors - self.mean) @ self.axes


def token_table(vectors, idle, weights, dimension, **options):
    """(rows of the tokens, their axes): projected and weighted, rows of idle tokens zero."""
    axes = Axes(vectors[~idle], dimension, **options)
    table = axes.project(vectors) * weights[:, None]
    table[idle] = 0
    return table, axes
