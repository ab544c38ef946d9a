"""More requests than places, and clients that do not wait for their answers."""

import re
import socket
import struct
import unittest

import support
from support import ServedTest

SMALL = {"query": [1], "documents": [[1]]}


def reset(connection):
    """Leaves with a RST instead of a FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Pressure(ServedTest):
    # Plain double loops: half a billion multiply-adds keep them busy for long.
    flags = ("--backend", "reference", "--max-concurrent-requests", 2)

    QUERIES, DOCUMENTS, DIMENSION = 400, 2000, 768
    PAIRS = QUERIES * DOCUMENTS
    ATTEMPTS = 10

    @classmethod
    def setUpClass(cls):
        ones = [1.0] * cls.DIMENSION
        cls.body, cls.headers = support.binary_body(
            {"queries": {"shape": [cls.QUERIES, cls.DIMENSION]},
             "documents": {"shape": [cls.DOCUMENTS, cls.DIMENSION]}},
            ones * cls.QUERIES, ones * cls.DOCUMENTS)

    def send_large(self, name):
        """A connection whose request, of that id, keeps the backend busy."""
        fields = "".join(f"{key}: {value}\r\n" for key, value in self.headers.items())
        connection = self.server.connect()
        connection.sendall(f"POST /v1/score HTTP/1.1\r\nHost: a\r\n{fields}X-Request-Id: {name}\r\n"
                           f"Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body)
        return connection

    def await_in_flight(self, count):
        while self.server.request("GET", "/health").json()["requests_in_flight"] < count + 1:
            pass

    def logged(self, name):
        return self.server.wait_for_event("request", lambda event: event["id"] == name)

    def pairs(self):
        text = self.server.request("GET", "/metrics").body.decode()
        return int(re.search(r'qr_scored_pairs_total\{backend="reference"\} (\d+)', text)[1])

    def test_a_full_server_says_when_to_come_back(self):
        first, second = self.send_large("first"), self.send_large("second")
        self.await_in_flight(2)
        refused = self.server.post("/v1/rerank", SMALL)
        self.assert_error(429, refused, reason="jobs", found="2", allowed="2")
        self.assertGreaterEqual(int(refused.headers["retry-after"]), 1)
        self.assertGreaterEqual(int(refused.headers["retry-after-ms"]), 1)
        for connection in (first, second):
            self.assertEqual(200, support.read_answer(connection).status)
            connection.close()
        self.assertEqual(200, self.server.post("/v1/rerank", SMALL).status)

    def test_a_client_that_resets_makes_room_and_its_scores_are_not_computed(self):
        for attempt in range(self.ATTEMPTS):
            before = self.pairs()
            stays = self.send_large(f"stays-{attempt}")
            leaves = self.send_large(f"leaves-{attempt}")
            self.await_in_flight(2)
            for _ in range(10):  # time for its body to be read: a reset before that is no waiting
                self.server.request("GET", "/health")
            reset(leaves)
            left = self.logged(f"leaves-{attempt}")
            self.assertTrue(left["aborted"])
            self.assertEqual(200, self.server.post("/v1/rerank", SMALL).status)
            self.assertEqual(200, support.read_answer(stays).status)
            stays.close()
            if left["status"] == 499:
                self.assertLess(self.pairs() - before, 2 * self.PAIRS)
                return
        self.fail(f"{self.ATTEMPTS} times the client left before its body was read")

    def test_half_closing_while_a_request_waits_counts_as_leaving(self):
        with self.send_large("half") as connection:
            connection.shutdown(socket.SHUT_WR)
            self.assertEqual(b"", support.read_to_end(connection))
        left = self.logged("half")
        self.assertEqual((499, True), (left["status"], left["aborted"]))


if __name__ == "__main__":
    unittest.main()
