"""Requests to the server and what they took: one after another, and by several clients at once.

Every loop ends by a count or by a time; every answer goes through the tally.
"""

import threading
import time

import bodies
import figures
import tally
from figures import Figure

READY = "/health/ready"
RERANK = "/v1/rerank"


def _why_none(counts):
    if counts.wrong:
        return f"the answer is wrong: {counts.wrong_examples[0]}"
    return "no answer: " + ", ".join(counts.failures)


class Load:
    def __init__(self, endpoint, measure):
        self._endpoint = endpoint
        self._measure = measure
        self.counts = tally.Tally()
        self.polls = []  # of /health/ready: whether it was 200

    def poll(self, connection=None):
        """Seconds that /health/ready took."""
        reply = (connection.send("GET", READY) if connection else self._endpoint.get(READY))
        self.polls.append(reply.status == 200)
        return reply.seconds

    def readiness(self):
        """p99 of the polls of a kept connection, in milliseconds."""
        with self._endpoint.connect() as connection:
            deadline = time.monotonic() + self._measure.seconds_max
            times = [self.poll(connection)]
            while len(times) < self._measure.readiness_polls and time.monotonic() < deadline:
                times.append(self.poll(connection))
        return Figure(figures.percentile(times, 0.99) * 1e3, count=len(times))

    def _until(self, count, deadline, connection, body, expected, counts):
        """Seconds of each right answer."""
        times = []
        for _ in range(count):
            if time.monotonic() > deadline:
                break
            reply = connection.post(RERANK, body)
            if counts.add(reply, expected):
                times.append(reply.seconds)
        return times

    def _times(self, body, expected):
        """Seconds of the timed answers, or () and why there are none."""
        counts = tally.Tally()
        deadline = time.monotonic() + self._measure.seconds_max
        with self._endpoint.connect() as connection:
            gate = self._until(1, deadline, connection, body, expected, counts)
            times = []
            if gate:  # nothing is timed before an answer was right
                self._until(self._measure.warm_up, deadline, connection, body, expected, counts)
                times = self._until(self._measure.repeats, deadline, connection, body, expected,
                                    counts)
        self.counts.merge(counts)
        if times:
            return times, ""
        is_slow = gate and not counts.wrong and not counts.failed
        return (), ("not one in measure.seconds_max" if is_slow else _why_none(counts))

    def latencies(self, documents):
        """The figures of each form with so many documents."""
        expected = bodies.expected(documents)
        found = {}
        for form, body in bodies.make(documents).items():
            times, why = self._times(body, expected)
            for statistic, share in (("p50", 0.5), ("p99", 0.99), ("max", 1)):
                name = figures.latency(documents, form, statistic)
                found[name] = (Figure(figures.percentile(times, share) * 1e3, count=len(times))
                               if times else Figure(why=why))
        self.poll()
        return found

    def throughput(self):
        """Right answers a second to all clients together."""
        body, expected = bodies.make()["binary"], bodies.expected()
        counts = [tally.Tally() for _ in range(self._measure.clients)]
        start = threading.Barrier(self._measure.clients + 1)
        clients = [threading.Thread(target=self._client, args=(start, body, expected, own),
                                    daemon=True) for own in counts]
        for client in clients:
            client.start()
        began = time.monotonic()  # before any has begun: a rate may be told too low, not too high
        start.wait()
        for client in clients:
            client.join()
        took = time.monotonic() - began
        both = tally.Tally()
        for own in counts:
            both.merge(own)
        self.counts.merge(both)
        self.poll()
        if not both.right:
            return Figure(why=_why_none(both))
        return Figure(both.right / took, count=both.right)

    def _client(self, start, body, expected, counts):
        with self._endpoint.connect() as connection:
            start.wait()
            deadline = time.monotonic() + self._measure.throughput_seconds
            while time.monotonic() < deadline:
                if not counts.add(connection.post(RERANK, body), expected) and counts.failures:
                    time.sleep(0.05)  # a server that refuses is not hammered

    def search(self):
        """One large request, which a router gives to a GPU rather than to the CPU."""
        body, expected = bodies.search(self._measure.gpu_queries, self._measure.gpu_documents)
        with self._endpoint.connect() as connection:
            self.counts.add(connection.post(RERANK, body), expected)
        self.poll()

    def totals(self):
        """The figures that all requests together give."""
        counts = self.counts
        return {
            "error_share": Figure(counts.failed / counts.sent, count=counts.sent),
            "wrong_answers": Figure(counts.wrong, count=counts.sent),
            "readiness_share": Figure(sum(self.polls) / len(self.polls), count=len(self.polls)),
        }
