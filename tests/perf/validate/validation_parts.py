"""Where the validation's modules lie, and small data: what its tests share."""

import array
import json
import os
import pathlib
import random
import sys

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
VALIDATE = SOURCE / "perf" / "validate"
sys.path[:0] = [str(SOURCE / "perf" / "shared"), str(VALIDATE)]

SEED = 11
TOPICS, DOCUMENTS, QUERIES, DIMENSION = 8, 120, 10, 24
EMBEDDINGS = "emb-synthetic"


def write_lines(path, objects):
    path.write_text("".join(json.dumps(found) + "\n" for found in objects), encoding="utf-8")


def write_judged_data(folder):
    """A synthetic data set in BEIR's layout: documents and queries scattered around topics.

    A document of the query's topic has grade 1, and 2 where both have the same half of it. The
    scatter is as wide as the distance between topics, so that no ranking is perfect.
    """
    source = random.Random(SEED)

    def around(centre, width):
        return [x + source.gauss(0, width) for x in centre]

    centres = [around([0] * DIMENSION, 1) for _ in range(TOPICS)]
    documents = [around(centres[i % TOPICS], 1.5) for i in range(DOCUMENTS)]
    queries = [around(centres[i % TOPICS], 1) for i in range(QUERIES)]
    judgements = [(f"q{q}", f"d{d}", 2 if (d // TOPICS) % 2 == q % 2 else 1)
                  for q in range(QUERIES) for d in range(DOCUMENTS) if d % TOPICS == q % TOPICS]
    (folder / "qrels").mkdir(parents=True)
    (folder / EMBEDDINGS).mkdir()
    write_lines(folder / "corpus.jsonl", [{"_id": f"d{i}", "text": ""} for i in range(DOCUMENTS)])
    write_lines(folder / "queries.jsonl", [{"_id": f"q{i}", "text": ""} for i in range(QUERIES)])
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in judgements)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, rows in (("corpus", documents), ("queries", queries)):
        values = array.array("f", [x for row in rows for x in row])
        (folder / EMBEDDINGS / f"{name}.f32").write_bytes(values.tobytes())
