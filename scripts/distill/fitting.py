"""Fits token vectors so that the mean over a text's tokens points where MiniLM's vector does.

A ridge regression for what plain vectors leave over: a token that the texts do not hold keeps its
plain vector, one that they hold often moves far. After "tokenlearn" of the Model2Vec authors,
which trains by gradient; a linear problem has a better way, conjugate gradients.
"""

import numpy as np
from scipy.sparse import diags


def solve_ridge(rows, wanted, ridge, steps):
    """D minimising |rows D - wanted|^2 + ridge |D|^2, a column at a time, all at once."""
    columns = rows.T.tocsr()
    residual = columns @ wanted
    solution = np.zeros_like(residual)
    direction = residual.copy()
    size = np.square(residual).sum(0)
    for _ in range(steps):
        image = columns @ (rows @ direction) + ridge * direction
        step = size / np.maximum((direction * image).sum(0), 1e-30)
        solution += step * direction
        residual -= step * image
        before, size = size, np.square(residual).sum(0)
        direction = residual + size / np.maximum(before, 1e-30) * direction
    return solution


def fit_table(table, weights, counts, targets, ridge, steps=40):
    """`table` [vocabulary, d] moved so that texts of `counts` come to lie as `targets` [texts, d].

    Sizes of table and targets may differ by a factor, their origins by a vector: only directions
    count, and what all texts have in common says nothing. A token moves in proportion to its
    weight, so that frequent ones do not take all the blame.
    """
    means = (diags(1 / counts.sum(axis=1).A1) @ counts).tocsr()
    aims = targets - targets.mean(0)
    plain = means @ table
    plain -= plain.mean(0)
    factor = (plain * aims).sum() / np.square(plain).sum()
    scaled = (means @ diags(weights)).tocsr().astype(np.float32)
    moved = solve_ridge(scaled, aims - factor * plain, np.float32(ridge), steps)
    return factor * table + weights[:, None] * moved
