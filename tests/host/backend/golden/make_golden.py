#!/usr/bin/env python3
"""Writes golden.json: vectors and their scores, computed without any code of this tree.

Needs python3 and numpy (apt-get install python3-numpy). Inner products are exact: a product of two
float32 is exact in double and math.fsum rounds the sum once. What follows is numpy's long double,
rounded to double at the end. The tests read golden.json alone; run this after changing the cases:

    python3 tests/host/backend/golden/make_golden.py
"""

import json
import math
import pathlib

import numpy as np

SEED = 20240117
LARGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.float32(2.0 ** -149))


def inner_product(a, b):
    return math.fsum(float(x) * float(y) for x, y in zip(a, b))


def scores(query, document):
    dot = inner_product(query, document)
    # Two square roots: the product of the norms of the largest floats needs no care that way.
    length = np.sqrt(np.longdouble(inner_product(query, query))) * np.sqrt(
        np.longdouble(inner_product(document, document)))
    c = min(max(np.longdouble(dot) / length, np.longdouble(-1)), np.longdouble(1))
    angle = np.arccos(np.abs(c))
    half_pi = 2 * np.arctan(np.longdouble(1))
    return {
        "signed_fidelity": float(((1 + c) / 2) ** 2),
        "fidelity": float(c * c),
        "bures_angle": float(1 - angle / half_pi),
        "cosine": float(c),
        "dot": dot,
    }


def case(name, queries, documents):
    queries = np.asarray(queries, dtype=np.float32)
    documents = np.asarray(documents, dtype=np.float32)
    rows = [[scores(q, d) for d in documents] for q in queries]
    return {
        "name": name,
        "queries": [[float(str(x)) for x in row] for row in queries],
        "documents": [[float(str(x)) for x in row] for row in documents],
        "scale": [[math.sqrt(inner_product(q, q)) * math.sqrt(inner_product(d, d))
                   for d in documents] for q in queries],
        "scores": {method: [[cell[method] for cell in row] for row in rows]
                   for method in rows[0][0]},
    }


def random_case(random, dimension, queries=2, documents=3):
    return case(f"normal components, dimension {dimension}",
                random.standard_normal((queries, dimension)),
                random.standard_normal((documents, dimension)))


def close_case(random, dimension):
    query = random.standard_normal(dimension)
    noise = random.standard_normal((4, dimension))
    strengths = np.array([1e-6, 1e-3, 0.1, 1.0])[:, None]
    return case(f"a query and its neighbours, dimension {dimension}", [query],
                np.concatenate([query + strengths * noise, -query - strengths[:1] * noise[:1]]))


def main():
    random = np.random.default_rng(SEED)
    cases = [random_case(random, d) for d in (1, 2, 3, 7, 31, 32, 33, 64, 100, 129, 384, 768)]
    cases.append(random_case(random, 1000, 1, 2))
    cases.append(close_case(random, 256))
    cases.append(case("equal, opposite, orthogonal, 45 degrees", [[1, 0]],
                      [[2, 0], [-3, 0], [0, 5], [1, 1]]))
    cases.append(case("the largest floats", [[LARGEST] * 3],
                      [[LARGEST] * 3, [LARGEST, -LARGEST, LARGEST], [1, 2, 3]]))
    cases.append(case("the smallest denormal floats", [[SMALLEST, 2 * SMALLEST]],
                      [[SMALLEST, 2 * SMALLEST], [SMALLEST, -SMALLEST], [LARGEST, LARGEST]]))
    cases.append(case("large terms that cancel", [[1e20, 1, -1e20, 1]],
                      [[1e18, 3, 1e18, -2], [1e18, 1e-3, 1e18, 1e-3]]))
    golden = {"made_by": "make_golden.py", "numpy": np.__version__, "seed": SEED, "cases": cases}
    path = pathlib.Path(__file__).with_name("golden.json")
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in cases)
    head = json.dumps({k: v for k, v in golden.items() if k != "cases"})[:-1]
    path.write_text(f'{head}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
