"""A judged data set in BEIR's layout, with its embeddings.

FOLDER holds corpus.jsonl and queries.jsonl ({"_id": ...} a line), qrels/test.tsv (query-id,
corpus-id, score; a head line) and a folder of embeddings with corpus.f32 and queries.f32:
little-endian float32, row i for line i.
"""

import array
import csv
import dataclasses
import json
import sys

from client import UsageError

DOCUMENTS_MAX = 200_000
FILE_BYTES_MAX = 2 << 30


@dataclasses.dataclass(frozen=True)
class DataSet:
    name: str
    embeddings: str
    dimension: int
    documents: list  # rows of float32
    queries: list  # rows of float32, of the judged queries alone, in the order of the file
    judgements: list  # of each such query: {document's index: grade > 0}
    judged: int  # queries with a relevant document in the whole data set


def _identities(path):
    try:
        with path.open(encoding="utf-8") as lines:
            found = [json.loads(line)["_id"] for line in lines if line.strip()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: not lines of objects with an '_id': {error!r}") from error
    if not 0 < len(found) <= DOCUMENTS_MAX:
        raise UsageError(f"{path}: found {len(found)} lines, allowed 1..{DOCUMENTS_MAX}")
    return found


def _rows(path, count):
    try:
        size = path.stat().st_size
        if size > FILE_BYTES_MAX or size == 0 or size % (4 * count):
            raise UsageError(f"{path}: found {size} bytes, allowed {count} rows of float32, at "
                             f"most {FILE_BYTES_MAX}")
        values = array.array("f")
        values.frombytes(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {error}") from error
    if sys.byteorder == "big":
        values.byteswap()
    width = len(values) // count
    return [values[i * width:(i + 1) * width] for i in range(count)]


def _judgements(path, document_index):
    """{query's id: {document's index: grade}} of what is relevant."""
    found = {}
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t"):
                grade = int(row["score"])
                if grade > 0:
                    index = document_index[row["corpus-id"]]
                    found.setdefault(row["query-id"], {})[index] = grade
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: not judgements (query-id, corpus-id, score) of this corpus: "
                         f"{error!r}") from error
    return found


def _embeddings(folder, name):
    """The folder of embeddings: the one that was named, or the only one."""
    if name:
        return folder / name
    found = sorted(path.parent.name for path in folder.glob("*/corpus.f32"))
    if len(found) != 1:
        raise UsageError(f"{folder}: found {len(found)} folders with corpus.f32 "
                         f"({', '.join(found)}); choose by --embeddings")
    return folder / found[0]


def read(folder, embeddings_name, queries_max):
    """The DataSet, with its first `queries_max` judged queries."""
    embeddings = _embeddings(folder, embeddings_name)
    identities = _identities(folder / "corpus.jsonl")
    query_ids = _identities(folder / "queries.jsonl")
    documents = _rows(embeddings / "corpus.f32", len(identities))
    queries = _rows(embeddings / "queries.f32", len(query_ids))
    if len(documents[0]) != len(queries[0]):
        raise UsageError(f"{embeddings}: queries.f32 has {len(queries[0])} numbers a row, "
                         f"corpus.f32 {len(documents[0])}")
    qrels = folder / "qrels" / "test.tsv"
    judged = _judgements(qrels, {name: i for i, name in enumerate(identities)})
    chosen = [i for i, name in enumerate(query_ids) if name in judged]
    if not chosen:
        raise UsageError(f"{qrels}: judges no query of queries.jsonl as having a relevant document")
    taken = chosen[:queries_max]
    return DataSet(folder.resolve().name, embeddings.name, len(documents[0]), documents,
                   [queries[i] for i in taken], [judged[query_ids[i]] for i in taken], len(chosen))
