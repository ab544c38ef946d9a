"""What is timed and what is not: against a server whose answers are given, by a clock that is."""

import dataclasses
import json
import unittest
from unittest import mock

import validation_parts  # noqa: F401: finds the modules

import bodies
import budgets
import client
import load

MEASURE = budgets.Measure(
    warm_up=2, repeats=4, seconds_max=10, clients=1, throughput_seconds=5, timeout_seconds=1,
    readiness_polls=3, gpu_queries=4, gpu_documents=20, accuracy_queries_max=1)
EXPECTED = [(1, 0.5)]
BODY = bodies.Body("none", b"", {})


def right(seconds):
    answer = {"backend": "cpu", "results": [{"index": i, "relevance_score": s}
                                            for i, s in EXPECTED]}
    return client.Reply(200, {}, json.dumps(answer).encode(), seconds)


WRONG = client.Reply(200, {}, b'{"results": []}', 0.0)
REFUSED = client.Reply(503, {}, b"", 0.0)


class Scripted:
    """Endpoint and connection at once: answers in their order, each a second of the clock later."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.now = 100.0
        self.sent = 0

    def connect(self):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def send(self, *_):
        self.now += 1
        self.sent += 1
        return self.replies.pop(0)

    get = send

    def post(self, path, _):
        return self.send("POST", path)


class Load(unittest.TestCase):
    def times(self, server, **changes):
        run = load.Load(server, dataclasses.replace(MEASURE, **changes))
        with mock.patch.object(load.time, "monotonic", lambda: server.now):
            found = run._times(BODY, EXPECTED)
        self.assertEqual(server.sent, run.counts.sent)
        return (list(found[0]), found[1])

    def test_times_the_repeats_after_gate_and_warm_up(self):
        server = Scripted(*map(right, range(7)))
        self.assertEqual(([3, 4, 5, 6], ""), self.times(server))

    def test_times_nothing_whose_first_answer_is_wrong_or_missing(self):
        server = Scripted(WRONG, right(1))
        self.assertEqual(([], "the answer is wrong: 0 results, expected 1"), self.times(server))
        self.assertEqual(1, server.sent)
        self.assertEqual(([], "no answer: status 503"), self.times(Scripted(REFUSED)))

    def test_leaves_out_answers_that_are_not_right(self):
        server = Scripted(right(0), right(1), right(2), right(3), WRONG, REFUSED, right(4))
        self.assertEqual(([3, 4], ""), self.times(server))

    def test_ends_when_the_time_is_over(self):
        server = Scripted(*map(right, range(7)))
        self.assertEqual(([3, 4], ""), self.times(server, seconds_max=4))
        server = Scripted(*map(right, range(7)))
        self.assertEqual(([], "not one in measure.seconds_max"), self.times(server, seconds_max=2))

    def test_counts_the_polls_that_found_the_server_ready(self):
        server = Scripted(right(0.1), REFUSED, right(0.2), right(0.3))
        run = load.Load(server, MEASURE)
        self.assertEqual(200, run.readiness().value)
        run.poll()
        run.counts.add(right(1), EXPECTED)
        self.assertEqual(0.75, run.totals()["readiness_share"].value)

    def test_gives_rights_a_second_and_no_figure_without_one(self):
        ranking = bodies.expected()
        answer = {"results": [{"index": i, "relevance_score": s} for i, s in ranking]}
        good = client.Reply(200, {}, json.dumps(answer).encode(), 0.1)
        cases = (([good, WRONG, good, good, good, right(0)], 4 / 5, ""),
                 ([WRONG] * 5 + [right(0)], None, "the answer is wrong: 0 results, "))
        for replies, value, why in cases:
            server = Scripted(*replies)
            run = load.Load(server, MEASURE)
            with mock.patch.object(load.time, "monotonic", lambda now=server: now.now):
                figure = run.throughput()
            self.assertEqual(value, figure.value)
            self.assertTrue(figure.why.startswith(why), figure.why)

    def test_the_large_request_is_held_to_the_ranking_of_every_query(self):
        _, expected = bodies.search(MEASURE.gpu_queries, MEASURE.gpu_documents)
        self.assertEqual(4, len(expected))
        answer = {"results": [[{"index": i, "relevance_score": s} for i, s in ranking]
                              for ranking in expected]}
        good = client.Reply(200, {}, json.dumps(answer).encode(), 0.1)
        answer["results"][3].reverse()
        bad = dataclasses.replace(good, data=json.dumps(answer).encode())
        for reply, counted in ((good, (1, 0)), (bad, (0, 1))):
            run = load.Load(Scripted(reply, right(0)), MEASURE)
            run.search()
            self.assertEqual(counted, (run.counts.right, run.counts.wrong))


if __name__ == "__main__":
    unittest.main()
