"""How well a table of token vectors retrieves: nDCG@10 on the collections' splits."""

import numpy as np

DEPTH = 10
DISCOUNTS = 1 / np.log2(np.arange(2, DEPTH + 2))
QUERIES_AT_ONCE = 256


def unit_rows(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def ndcg_of(ranking, grades):
    """Of document rows, best first, and {row: grade} with at least one positive grade."""
    gain = sum(grades.get(row, 0) * discount for row, discount in zip(ranking, DISCOUNTS))
    best = sorted(grades.values(), reverse=True)[:DEPTH]
    return gain / sum(grade * discount for grade, discount in zip(best, DISCOUNTS))


def mean_ndcg(documents, queries, judgements):
    """Over the queries with a relevant document; `documents` and `queries` are unit rows."""
    rows = sorted(judgements)
    values = []
    for start in range(0, len(rows), QUERIES_AT_ONCE):
        part = rows[start : start + QUERIES_AT_ONCE]
        scores = queries[part] @ documents.T
        candidates = np.argpartition(-scores, DEPTH, axis=1)[:, :DEPTH]
        for row, line, few in zip(part, scores, candidates):
            values.append(ndcg_of(few[np.argsort(-line[few])], judgements[row]))
    return float(np.mean(values))


class Counted:
    """A collection's texts as counts of tokens: a table of token vectors is then one product."""

    def __init__(self, collection, count):
        self.name = collection.name
        self.judgements = collection.judgements
        self.documents = count(collection.documents)
        self.queries = count(collection.queries)

    def ndcg(self, table, split):
        documents = unit_rows(self.documents @ table)
        return mean_ndcg(documents, unit_rows(self.queries @ table), self.judgements[split])
