"""Answers are right, wrong or none, and figures are ranks of what was right."""

import json
import math
import unittest

import validation_parts  # noqa: F401: finds the modules

import client
import figures
import rankings
import tally

EXPECTED = [(2, 0.75), (0, 0.5)]


def answer(*results, **fields):
    rows = [{"index": index, "relevance_score": score} for index, score in results]
    return {"results": rows, "backend": "cpu", **fields}


def reply(body, status=200):
    return client.Reply(status, {"x-compute-type": "cpu"}, json.dumps(body).encode(), 0.001)


class Ranking(unittest.TestCase):
    def test_is_held_to_order_and_score(self):
        cases = (
            ([(2, 0.75), (0, 0.5)], ""),
            ([(2, 0.75), (0, 0.5 + 1e-13)], ""),
            ([(2, 0.75)], "1 results, expected 2"),
            ([(0, 0.75), (2, 0.5)], "rank 1: document 0, expected 2"),
            ([(2, 0.75), (0, 0.5 + 1e-11)], f"rank 2: score {0.5 + 1e-11!r}, expected 0.5"),
            ([(2, math.nan), (0, 0.5)], "rank 1: score nan, expected 0.75"),
        )
        for found, wrong in cases:
            self.assertEqual(wrong, rankings.difference(found, EXPECTED))

    def test_gives_ties_to_the_lower_index(self):
        self.assertEqual([(1, 3), (0, 2), (2, 2)], rankings.best([2, 3, 2, 1], 3))

    def test_of_several_queries_is_held_to_each(self):
        def many(*rankings_):
            return {"results": [answer(*found)["results"] for found in rankings_]}

        self.assertEqual("", tally.wrong_in(many(EXPECTED, EXPECTED), [EXPECTED, EXPECTED]))
        self.assertEqual("query 1: 1 results, expected 2",
                         tally.wrong_in(many(EXPECTED, EXPECTED[:1]), [EXPECTED, EXPECTED]))
        self.assertEqual("1 rankings, expected 2",
                         tally.wrong_in(many(EXPECTED), [EXPECTED, EXPECTED]))


class Tally(unittest.TestCase):
    def test_counts_right_wrong_and_failed_apart(self):
        counts = tally.Tally()
        self.assertTrue(counts.add(reply(answer(*EXPECTED)), EXPECTED))
        self.assertFalse(counts.add(reply(answer(*EXPECTED[::-1])), EXPECTED))
        self.assertFalse(counts.add(reply(answer(*EXPECTED), status=503), EXPECTED))
        self.assertFalse(counts.add(client.Reply(None, {}, b"", 0, "refused"), EXPECTED))
        self.assertEqual((4, 1, 1, 2), (counts.sent, counts.right, counts.wrong, counts.failed))
        self.assertEqual({"status 503": 1, "refused": 1}, dict(counts.failures))
        self.assertEqual({"cpu": 1}, dict(counts.kinds))

    def test_an_answer_without_rankings_is_wrong(self):
        for body in ({}, {"results": None}, {"results": [{"index": 2}]}, [1]):
            counts = tally.Tally()
            counts.add(reply(body), EXPECTED)
            self.assertEqual(["an answer without rankings"], counts.wrong_examples, body)

    def test_adds_up_those_of_several_clients(self):
        both = tally.Tally()
        for _ in range(2):
            own = tally.Tally()
            own.add(reply(answer(*EXPECTED)), EXPECTED)
            own.add(reply({}), EXPECTED)
            both.merge(own)
        self.assertEqual((4, 2, 2), (both.sent, both.right, both.wrong))
        self.assertEqual({"cpu": 2}, dict(both.backends))


class Percentile(unittest.TestCase):
    def test_is_the_nearest_rank(self):
        values = [15, 20, 35, 40, 50][::-1]
        self.assertEqual([15, 20, 20, 35, 50, 50],
                         [figures.percentile(values, share) for share in
                          (0.05, 0.3, 0.4, 0.5, 0.99, 1)])
        self.assertEqual(7, figures.percentile([7], 0.5))
        self.assertEqual(99, figures.percentile(range(1, 101), 0.99))


if __name__ == "__main__":
    unittest.main()
