"""Texts as token ids: the collections in BEIR layout, their passages, counts of their tokens."""

import gzip
import json

import numpy as np
from scipy.sparse import csr_matrix

UNKNOWN = 100
TOKENS_MAX = 512  # of a text, as Model2Vec cuts it


def read_lines(path):
    packed = path.with_name(path.name + ".gz")
    if not path.exists() and packed.exists():
        return [json.loads(line) for line in gzip.open(packed, "rt", encoding="utf-8")]
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def tokenize(tokenizer, texts):
    """The ids of each text as Model2Vec takes them: unknown tokens left out, the rest cut."""
    encodings = tokenizer.encode_batch(texts, add_special_tokens=False)
    return [[i for i in encoding.ids[:TOKENS_MAX] if i != UNKNOWN] for encoding in encodings]


def count_tokens(texts, vocabulary_size):
    """Sparse [texts, vocabulary]: how often each token stands in each text."""
    ids = np.concatenate([np.array(text, np.int64) for text in texts])
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    ones = np.ones(len(ids), np.float32)
    return csr_matrix((ones, (rows, ids)), shape=(len(texts), vocabulary_size))


class Collection:
    def __init__(self, folder, tokenizer):
        self.name = folder.name
        corpus = read_lines(folder / "corpus.jsonl")
        titled = [f"{text.get('title', '')} {text['text']}".strip() for text in corpus]
        self.documents = tokenize(tokenizer, titled)
        self.document_rows = {text["_id"]: row for row, text in enumerate(corpus)}
        queries = read_lines(folder / "queries.jsonl")
        self.queries = tokenize(tokenizer, [query["text"] for query in queries])
        self.query_rows = {query["_id"]: row for row, query in enumerate(queries)}
        self.judgements = {path.stem: self._read(path) for path in (folder / "qrels").glob("*.tsv")}

    def _read(self, path):
        """{query row: {document row: grade}} of the relevant documents."""
        judged = {}
        for line in path.read_text(encoding="utf-8").splitlines()[1:]:
            query, document, grade = line.split("\t")[:3]
            if int(grade) > 0:
                row = self.query_rows[query]
                judged.setdefault(row, {})[self.document_rows[document]] = int(grade)
        return judged
