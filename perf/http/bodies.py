"""The request of the load tests, one query and its documents, in its three forms."""

import array
import base64
import json
import math
import random

DOCUMENTS = 100
DIMENSION = 768
TOP_N = 10
SEED = 768


class Body:
    def __init__(self, name, data, headers):
        self.name = name
        self.data = data
        self.headers = headers


def vectors(count, dimension=DIMENSION):
    """`count` vectors of normally distributed float32."""
    source = random.Random(SEED)
    return [array.array("f", (source.gauss(0, 1) for _ in range(dimension))) for _ in range(count)]


def _numbers(vector):
    return "[" + ",".join(f"{value:.9g}" for value in vector) + "]"  # 9 digits identify a float32


def _base64(vector):
    return {"vector": base64.b64encode(vector.tobytes()).decode()}


def make(documents=DOCUMENTS, dimension=DIMENSION):
    """The forms by name, of the same vectors."""
    query, *rows = vectors(1 + documents, dimension)
    as_json = {"Content-Type": "application/json"}
    header = json.dumps({"query": {"shape": [dimension]},
                         "documents": {"shape": [documents, dimension]}, "top_n": TOP_N})
    numbers = (f'{{"query":{_numbers(query)},"documents":[{",".join(map(_numbers, rows))}],'
               f'"top_n":{TOP_N}}}')
    encoded = json.dumps({"query": _base64(query), "documents": [_base64(row) for row in rows],
                          "top_n": TOP_N})
    return {
        "binary": Body("binary", header.encode() + b"".join(v.tobytes() for v in (query, *rows)), {
            "Content-Type": "application/octet-stream",
            "Inference-Header-Content-Length": str(len(header))}),
        "base64": Body("base64", encoded.encode(), as_json),
        "json": Body("json", numbers.encode(), as_json),
    }


def expected(documents=DOCUMENTS, dimension=DIMENSION):
    """(index, signed fidelity) of the best, computed here in double precision."""
    query, *rows = vectors(1 + documents, dimension)

    def dot(a, b):
        return math.fsum(x * y for x, y in zip(a, b))

    def score(row):
        cosine = dot(query, row) / math.sqrt(dot(query, query) * dot(row, row))
        return ((1 + cosine) / 2) ** 2

    scores = [score(row) for row in rows]
    best = sorted(range(documents), key=lambda i: (-scores[i], i))[:TOP_N]
    return [(index, scores[index]) for index in best]
