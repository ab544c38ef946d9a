"""Scores and rankings in double precision: what answers are held to. Nothing here is the product's.

The product of two float32 is exact in double and fsum rounds once, so these are the true scores of
the float32 values to the last bit or two.
"""

import math
import operator

SCORE_TOLERANCE = 1e-12  # the server sums in another order


def dot(a, b):
    return math.fsum(map(operator.mul, a, b))


def cosines(query, rows):
    """Of the query with each row."""
    own = dot(query, query)
    return [dot(query, row) / math.sqrt(own * dot(row, row)) for row in rows]


def signed_fidelity(cosine):
    return ((1 + cosine) / 2) ** 2


def best(scores, count):
    """(index, score) of the `count` highest; ties go to the lower index."""
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:count]
    return [(index, scores[index]) for index in order]


def difference(found, expected):
    """What is wrong with a list of (index, score), or "" when it is the expected one."""
    if len(found) != len(expected):
        return f"{len(found)} results, expected {len(expected)}"
    for rank, (have, want) in enumerate(zip(found, expected), start=1):
        if have[0] != want[0]:
            return f"rank {rank}: document {have[0]}, expected {want[0]}"
        if not abs(have[1] - want[1]) <= SCORE_TOLERANCE:  # NaN differs as well
            return f"rank {rank}: score {have[1]!r}, expected {want[1]!r}"
    return ""
