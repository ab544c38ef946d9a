"""Every answer of a run: right, wrong or none, and what computed it.

An answer counts as right only when its ranking is the expected one: a fast wrong server must not
look fast.
"""

import collections

import rankings

EXAMPLES_MAX = 5


def _ranking(results):
    return [(result["index"], result["relevance_score"]) for result in results]


def wrong_in(answer, expected):
    """What differs in a rerank answer from (index, score) lists: one, or one a query."""
    try:
        results = answer["results"]
        if not expected or isinstance(expected[0], tuple):
            return rankings.difference(_ranking(results), expected)
        if len(results) != len(expected):
            return f"{len(results)} rankings, expected {len(expected)}"
        for query, (found, wanted) in enumerate(zip(results, expected)):
            if wrong := rankings.difference(_ranking(found), wanted):
                return f"query {query}: {wrong}"
    except (TypeError, KeyError):
        return "an answer without rankings"
    return ""


class Tally:
    def __init__(self):
        self.sent = 0
        self.right = 0
        self.wrong = 0
        self.failures = collections.Counter()  # by status or by what went wrong on the way
        self.wrong_examples = []
        self.backends = collections.Counter()  # right answers by the backend that they name
        self.kinds = collections.Counter()  # and by x-compute-type: cpu, cuda

    @property
    def failed(self):
        return sum(self.failures.values())

    def add(self, reply, expected):
        """Whether this reply is a right answer."""
        self.sent += 1
        if reply.status != 200:
            self.failures[reply.failure or f"status {reply.status}"] += 1
            return False
        answer = reply.json()
        if wrong := wrong_in(answer, expected):
            self.wrong += 1
            if len(self.wrong_examples) < EXAMPLES_MAX:
                self.wrong_examples.append(wrong)
            return False
        self.right += 1
        self.backends[str(answer.get("backend", "unnamed"))] += 1
        self.kinds[reply.headers.get("x-compute-type", "unnamed")] += 1
        return True

    def merge(self, other):
        self.sent += other.sent
        self.right += other.right
        self.wrong += other.wrong
        self.failures += other.failures
        self.wrong_examples = (self.wrong_examples + other.wrong_examples)[:EXAMPLES_MAX]
        self.backends += other.backends
        self.kinds += other.kinds
