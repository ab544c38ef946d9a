"""Makes samples/scifact_claim: one claim of SciFact and 100 abstracts, as a rerank request.

    python3 samples/make_sample.py BEIR_FOLDER EMBEDDINGS_FOLDER --query-id 921

BEIR_FOLDER holds corpus.jsonl, queries.jsonl and qrels/test.tsv; EMBEDDINGS_FOLDER holds corpus.f32
and queries.f32, little-endian float32, row i for line i. The documents are the relevant one and the
99 others nearest by cosine, in the order of their ids, so that the request's order says nothing.
The expected ranking is computed here, in double precision, by nothing of the product's.
"""

import argparse
import array
import base64
import csv
import json
import math
import pathlib
import sys

DOCUMENTS = 100
TOP_N = 10
TEXT_CHARACTERS = 200  # of an abstract, behind its title
NAME = "scifact_claim"


def read_jsonl(path):
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_rows(path, count):
    values = array.array("f")
    values.frombytes(path.read_bytes())
    if sys.byteorder == "big":
        values.byteswap()
    if len(values) % count:
        sys.exit(f"{path}: {len(values)} numbers are not {count} rows")
    width = len(values) // count
    return [values[i * width : (i + 1) * width] for i in range(count)]


def dot(a, b):
    # The product of two float32 is exact in double and fsum rounds once.
    return math.fsum(x * y for x, y in zip(a, b))


def cosine(a, b):
    return dot(a, b) / math.sqrt(dot(a, a) * dot(b, b))


def signed_fidelity(c):
    return ((1 + c) / 2) ** 2


def relevant_ids(path, query_id):
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {r["corpus-id"] for r in rows if r["query-id"] == query_id and int(r["score"]) > 0}


def shorten(text):
    if len(text) <= TEXT_CHARACTERS:
        return text
    return text[:TEXT_CHARACTERS].rsplit(" ", 1)[0] + " …"


def base64_of(row):
    little = array.array("f", row)
    if sys.byteorder == "big":
        little.byteswap()
    return base64.b64encode(little.tobytes()).decode("ascii")


def choose(corpus, rows, query, relevant):
    """(cosine, document, row) of the relevant documents and the nearest others, by ascending id."""
    scored = [(cosine(query, row), document, row) for document, row in zip(corpus, rows)]
    scored.sort(key=lambda item: (item[1]["_id"] not in relevant, -item[0]))
    return sorted(scored[:DOCUMENTS], key=lambda item: int(item[1]["_id"]))


def request_of(claim, query, chosen):
    return {
        "query": {"text": claim["text"], "vector": base64_of(query)},
        "documents": [
            {
                "id": document["_id"],
                "text": document["title"].rstrip(".") + ". " + shorten(document["text"]),
                "vector": base64_of(row),
            }
            for _, document, row in chosen
        ],
        "method": "signed_fidelity",
        "top_n": TOP_N,
        "return_documents": True,
    }


def expected_of(claim, chosen, relevant):
    ranked = sorted(enumerate(chosen), key=lambda item: (-item[1][0], item[0]))
    return {
        "query_id": claim["_id"],
        "relevant_ids": sorted(relevant),
        "top_n": TOP_N,
        "results": [
            {"index": index, "id": document["_id"], "relevance_score": signed_fidelity(c)}
            for index, (c, document, _) in ranked
        ],
    }


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("beir", type=pathlib.Path)
    parser.add_argument("embeddings", type=pathlib.Path)
    parser.add_argument("--query-id", required=True)
    arguments = parser.parse_args()

    corpus = read_jsonl(arguments.beir / "corpus.jsonl")
    claims = read_jsonl(arguments.beir / "queries.jsonl")
    position = next(i for i, c in enumerate(claims) if c["_id"] == arguments.query_id)
    query = read_rows(arguments.embeddings / "queries.f32", len(claims))[position]
    rows = read_rows(arguments.embeddings / "corpus.f32", len(corpus))
    relevant = relevant_ids(arguments.beir / "qrels" / "test.tsv", arguments.query_id)
    chosen = choose(corpus, rows, query, relevant)

    folder = pathlib.Path(__file__).parent / NAME
    folder.mkdir(exist_ok=True)
    write_json(folder / "request.json", request_of(claims[position], query, chosen))
    write_json(folder / "expected.json", expected_of(claims[position], chosen, relevant))


if __name__ == "__main__":
    main()
