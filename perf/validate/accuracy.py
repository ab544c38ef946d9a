"""nDCG@10 of the server's rankings on a judged data set, beside the classical control's.

The control is the ranking by cosine, computed here in double precision; the server is asked for
the ten best of the whole corpus by each of its methods. A method whose score rises with the cosine
ranks as the control does, so its improvement is 0 whatever the data.
"""

import json
import math

import bodies
import rankings
from figures import Figure

TOP_N = 10
DOCUMENTS_PER_REQUEST = 1000
QUERIES_PER_REQUEST = 16
SAME_RANKING = "its score rises with the cosine: the control's ranking by construction"


def ndcg(ranking, grades):
    """nDCG@10 of document indices in their order, by trec_eval's linear gains (as BEIR has it)."""
    def gain(found):
        return math.fsum(grade / math.log2(rank + 1) for rank, grade in enumerate(found, start=1))

    ideal = gain(sorted(grades.values(), reverse=True)[:TOP_N])
    return gain([grades.get(index, 0) for index in ranking[:TOP_N]]) / ideal


def control(data):
    """Of each query the documents' indices, best first."""
    norms = [math.sqrt(rankings.dot(row, row)) for row in data.documents]
    found = []
    for query in data.queries:
        own = math.sqrt(rankings.dot(query, query))
        scores = [rankings.dot(query, row) / (own * norm)
                  for row, norm in zip(data.documents, norms)]
        found.append([index for index, _ in rankings.best(scores, TOP_N)])
    return found


def _blocks(count, size):
    return [range(begin, min(begin + size, count)) for begin in range(0, count, size)]


def _body(data, queries, documents, method):
    header = json.dumps({"queries": {"shape": [len(queries), data.dimension]},
                         "documents": {"shape": [len(documents), data.dimension]},
                         "top_n": TOP_N, "method": method})
    return bodies.binary("accuracy", header, [data.queries[i] for i in queries]
                         + [data.documents[i] for i in documents])


class Refused(Exception):
    """The server gave no ranking."""


def _ask(connection, data, queries, documents, method):
    reply = connection.post("/v1/rerank", _body(data, queries, documents, method))
    if reply.status != 200:
        raise Refused(f"{method}: {reply.failure or f'status {reply.status}'}: "
                      f"{reply.data[:200].decode('utf-8', 'replace')}")
    try:
        return [[(-result["relevance_score"], documents[result["index"]]) for result in ranking]
                for ranking in reply.json()["results"]]
    except (KeyError, TypeError, IndexError) as error:
        raise Refused(f"{method}: an answer without rankings") from error


def of_server(endpoint, data, method):
    """The same as control(), by the server. Scores do not depend on which documents are sent along,
    so that the corpus may go in pieces."""
    found = []
    with endpoint.connect() as connection:
        for queries in _blocks(len(data.queries), QUERIES_PER_REQUEST):
            best = [[] for _ in queries]
            for documents in _blocks(len(data.documents), DOCUMENTS_PER_REQUEST):
                part = _ask(connection, data, queries, documents, method)
                best = [sorted(old + new)[:TOP_N] for old, new in zip(best, part)]
            found += [[index for _, index in ranking] for ranking in best]
    return found


def _mean(data, ranked):
    return math.fsum(map(ndcg, ranked, data.judgements)) / len(data.judgements)


def _improvement(found, of_control):
    return found / of_control - 1 if of_control else None


def _methods(endpoint):
    reply = endpoint.get("/v1/methods")
    try:
        return reply.json()["methods"]
    except (KeyError, TypeError) as error:
        raise Refused(f"/v1/methods: {reply.failure or f'status {reply.status}'}") from error


def _of_method(endpoint, data, method, expected, of_control):
    found = of_server(endpoint, data, method["name"])
    mean = _mean(data, found)
    return {"ndcg_10": mean, "improvement": _improvement(mean, of_control),
            "is_default": method["is_default"], "family": method["family"],
            "equivalent_classical": method["equivalent_classical"],
            "queries_ranked_as_control": sum(a == b for a, b in zip(found, expected))}


def _why(default, name):
    text = f"nDCG@10 of {name}, the server's default, over cosine's"
    is_cosine = default["equivalent_classical"].split(":")[0] == "cosine"
    return f"{text}; {SAME_RANKING}" if is_cosine else text


def measure(endpoint, data):
    """(the figure of the default method, details of all methods)."""
    expected = control(data)
    of_control = _mean(data, expected)
    details = {"data": data.name, "embeddings": data.embeddings, "dimension": data.dimension,
               "documents": len(data.documents), "queries": len(data.queries),
               "queries_judged": data.judged, "control_ndcg_10": of_control, "methods": {}}
    try:
        for method in _methods(endpoint):
            details["methods"][method["name"]] = _of_method(endpoint, data, method, expected,
                                                            of_control)
    except Refused as error:
        return Figure(why=str(error)), details
    name, default = next((n, m) for n, m in details["methods"].items() if m["is_default"])
    if default["improvement"] is None:
        return Figure(why="the control finds nothing that is relevant"), details
    return Figure(default["improvement"], why=_why(default, name), count=len(data.queries)), details
