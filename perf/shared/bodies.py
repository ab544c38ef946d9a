"""The request of the load tests, one query and its documents, in its three forms."""

import array
import base64
import json
import random

import rankings

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


def binary(name, header, tensors):
    """A binary body: the JSON header, then the tensors (arrays of float32) as it declares them."""
    return Body(name, header.encode() + b"".join(tensor.tobytes() for tensor in tensors), {
        "Content-Type": "application/octet-stream",
        "Inference-Header-Content-Length": str(len(header))})


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
        "binary": binary("binary", header, (query, *rows)),
        "base64": Body("base64", encoded.encode(), as_json),
        "json": Body("json", numbers.encode(), as_json),
    }


def expected(documents=DOCUMENTS, dimension=DIMENSION):
    """(index, signed fidelity) of the best, computed here in double precision."""
    query, *rows = vectors(1 + documents, dimension)
    return _ranking(query, rows)


def search(queries, documents):
    """(body, the expected ranking of each query): a large request, binary."""
    rows = vectors(queries + documents)
    header = json.dumps({"queries": {"shape": [queries, DIMENSION]},
                         "documents": {"shape": [documents, DIMENSION]}, "top_n": TOP_N})
    body = binary("search", header, rows)
    return body, [_ranking(query, rows[queries:]) for query in rows[:queries]]


def _ranking(query, rows):
    scores = [rankings.signed_fidelity(c) for c in rankings.cosines(query, rows)]
    return rankings.best(scores, TOP_N)
