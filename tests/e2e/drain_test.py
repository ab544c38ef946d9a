"""SIGTERM under load, many times: whoever was connected before it is answered, and whole."""

import http.client
import json
import random
import socket
import threading
import time
import unittest

import support
from support import Server

IS_SANITIZED = support.is_sanitized()
ROUNDS = 10 if IS_SANITIZED else 100

QUERY, *DOCUMENTS = support.random_vectors(22, 101, 768)
LARGE = support.binary_body({"query": {"shape": [768]}, "documents": {"shape": [100, 768]}},
                            QUERY, [value for document in DOCUMENTS for value in document])
SMALL = (json.dumps({"query": [1, 2], "documents": [[2, 1], [1, 1]]}).encode(), {})


def request_bytes(body, headers, keeps):
    fields = {**headers, "Host": "a", "Content-Length": len(body)}
    if not keeps:
        fields["Connection"] = "close"
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST /v1/rerank HTTP/1.1\r\n{lines}\r\n".encode() + body


class Client(threading.Thread):
    """Asks until the port is closed, on one connection or on a fresh one each time.

    Every connection that is not answered as it should be is an entry of `failures`: when it was
    established, and how it failed. `half` lists answers that began and did not end.
    """

    def __init__(self, port, request, count):
        super().__init__(daemon=True)
        self.port = port
        self.request = request
        self.count = count  # called once an answer
        self.failures = []
        self.half = []
        self.wrong = []

    def run(self):
        while True:
            try:
                connection = socket.create_connection(("127.0.0.1", self.port), support.TIMEOUT_S)
            except OSError:
                return  # refused: nothing was lost
            connected = time.monotonic()
            with connection:
                try:
                    while self.ask(connection):
                        pass
                except (OSError, AssertionError, http.client.HTTPException) as error:
                    self.failures.append((connected, repr(error)))

    def ask(self, connection):
        """One request; whether the connection stays."""
        connection.sendall(self.request)
        response = http.client.HTTPResponse(connection)
        response.begin()
        try:
            body = response.read()
            results = json.loads(body)["results"] if response.status == 200 else None
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.half.append(repr(error))
            return False
        if not results:
            self.wrong.append((response.status, body[:200]))
        self.count()
        return not response.will_close


class Counter:
    def __init__(self):
        self.value = 0
        self.changed = threading.Condition()

    def __call__(self):
        with self.changed:
            self.value += 1
            self.changed.notify_all()

    def wait_for(self, value):
        with self.changed:
            if not self.changed.wait_for(lambda: self.value >= value, support.TIMEOUT_S):
                raise AssertionError(f"{self.value} answers, waited for {value}")


class Sigterm(unittest.TestCase):
    def one_round(self, source):
        kinds = [(SMALL, True), (SMALL, False), (LARGE, True), (LARGE, False)]
        with Server() as server:
            answers = Counter()
            clients = [Client(server.port, request_bytes(*what, keeps), answers)
                       for what, keeps in kinds for _ in range(2)]
            for client in clients:
                client.start()
            answers.wait_for(source.randrange(16, 160))
            terminated = time.monotonic()
            self.assertEqual(0, server.stop(), server.lines)
            for client in clients:
                client.join(support.TIMEOUT_S)
                self.assertFalse(client.is_alive())
            self.assertTrue(server.events("stopped")[0]["drained"])
        for client in clients:
            self.assertEqual([], client.half, "an answer that began must end")
            self.assertEqual([], client.wrong)
            lost = [(terminated - connected, how) for connected, how in client.failures
                    if connected < terminated]
            self.assertEqual([], lost, "connected this long before SIGTERM, and not answered")
        return answers.value, sum(len(client.failures) for client in clients)

    def test_loses_no_request_on_a_connection_opened_before_it(self):
        seed = random.randrange(1 << 32)
        source = random.Random(seed)
        totals = [0, 0]
        for number in range(ROUNDS):
            with self.subTest(round=number, seed=seed):
                for i, value in enumerate(self.one_round(source)):
                    totals[i] += value
        print(f"{ROUNDS} rounds, {totals[0]} answers, {totals[1]} connections cut that were "
              "opened after SIGTERM")


if __name__ == "__main__":
    unittest.main()
