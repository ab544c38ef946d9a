"""Streams of documents to a real process: longer than any limit of a body, broken off anywhere."""

import json
import pathlib
import tempfile
import time
import unittest

import support
from support import Server

PAYLOAD_LIMIT = 1 << 20
ROWS_A_BATCH = 1000
IS_SANITIZED = support.is_sanitized()
PATH = "/v1/collections/papers/documents"


def line(number, size=0):
    """One document, filled up to that many bytes."""
    text = f'{{"id": "doc-{number}", "vector": [1, {number % 7}, {number % 11}]'
    return (text.ljust(size - 2) + "}\n").encode()


class Streamed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def serve(self, *flags):
        return Server("--data-dir", self.folder / "data", "--payload-limit", PAYLOAD_LIMIT, *flags)

    def make(self, server, dimension=3):
        made = server.request("PUT", "/v1/collections/papers", {"dimension": dimension})
        self.assertEqual(201, made.status, made.body)

    def begin(self, server, framing="Transfer-Encoding: chunked"):
        connection = server.connect()
        self.addCleanup(connection.close)
        connection.sendall(f"POST {PATH} HTTP/1.1\r\nHost: a\r\n{framing}\r\n"
                           "Content-Type: application/x-ndjson\r\n\r\n".encode())
        return connection

    def count(self, server):
        return server.request("GET", "/v1/collections/papers").json()["documents"]

    def wait_until_stored(self, server, count):
        deadline = time.monotonic() + support.TIMEOUT_S
        while self.count(server) < count:
            self.assertLess(time.monotonic(), deadline, "nothing was stored meanwhile")
            time.sleep(0.01)

    def assert_whole_batches(self, server):
        """What is there are the first documents of the stream, in whole batches."""
        stored = self.count(server)
        self.assertGreaterEqual(stored, ROWS_A_BATCH)
        self.assertEqual(0, stored % ROWS_A_BATCH)
        for number in (0, stored - 1):
            self.assertEqual(200, server.request("GET", f"{PATH}/doc-{number}").status, number)
        self.assertEqual(404, server.request("GET", f"{PATH}/doc-{stored}").status)


def send_chunk(connection, data):
    connection.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def answer_of(connection):
    """The answer, and what follows it up to the end of the connection."""
    head, _, body = support.read_to_end(connection).partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode(), json.loads(body)


def memory_of(server, name):
    for entry in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if entry.startswith(name):
            return int(entry.split()[1]) * 1024
    raise AssertionError(f"no {name}")


class Memory(Streamed):
    LINE_BYTES = 8_192  # of which most is white space: what is stored of it is little

    def ingest(self, server, rows):
        connection = self.begin(server, "Transfer-Encoding: chunked\r\nConnection: close")
        for number in range(rows):
            send_chunk(connection, line(number, self.LINE_BYTES))
        connection.sendall(b"0\r\n\r\n")
        status, _, answer = answer_of(connection)
        self.assertEqual(200, status, answer)
        return answer

    def test_a_body_far_over_the_limit_is_stored_in_little_memory(self):
        with self.serve() as server:
            self.make(server)
            self.ingest(server, 2_000)
            before = memory_of(server, "VmRSS")
            answer = self.ingest(server, 10_000)
            grown = memory_of(server, "VmHWM") - before
            self.assertEqual((8_000, 2_000), (answer["inserted"], answer["updated"]))
            self.assertEqual(10_000, self.count(server))
            # Of a body of 78 MiB. Sanitizers keep what is freed for a while.
            self.assertLess(grown, (96 if IS_SANITIZED else 16) << 20)


class Breaks(Streamed):
    def test_a_client_that_stops_in_the_middle_leaves_whole_batches(self):
        with self.serve() as server:
            self.make(server)
            connection = self.begin(server)
            for number in range(3_500):
                send_chunk(connection, line(number, 1024))
            connection.close()
            server.wait_for_event("request", lambda event: event["path"] == PATH)
            self.assert_whole_batches(server)
            self.assertEqual(0, server.stop())

    def test_a_bad_line_in_the_middle_is_named_and_ends_the_connection(self):
        with self.serve() as server:
            self.make(server)
            connection = self.begin(server, "Content-Length: 1000000000")
            good = b"".join(line(number, 1024) for number in range(2_500))
            connection.sendall(good + b"\n{\"id\": 1}\n")
            try:
                while True:
                    connection.sendall(bytes(65536))
            except OSError:
                pass  # it was told so, and lingers no longer
            self.assertEqual(2_500, self.count(server))
            connection = self.begin(server, "Content-Length: 1000000000")
            connection.sendall(good + b"\n{\"id\": 1}\n" + bytes(PAYLOAD_LIMIT))
            status, head, answer = answer_of(connection)
            self.assertEqual(422, status, answer)
            self.assertIn("\r\nConnection: close", head)
            self.assertIn("line 2502: ", answer["message"])
            self.assertIn("kept: 2500 documents (0 inserted, 2500 updated)", answer["message"])

    def test_a_line_over_the_limit_is_refused(self):
        with self.serve() as server:
            self.make(server)
            connection = self.begin(server)
            send_chunk(connection, line(0) + line(1, 3 * PAYLOAD_LIMIT))
            status, _, answer = answer_of(connection)
            self.assertEqual(413, status, answer)
            self.assertIn(f"line 2: longer than the allowed {PAYLOAD_LIMIT} bytes",
                          answer["message"])
            self.assertEqual(1, self.count(server))

    def test_a_limit_of_the_whole_stream_may_be_set(self):
        with self.serve("--stream-bytes-max", "2MiB") as server:
            self.make(server)
            self.assertEqual(413, answer_of(self.begin(server, "Content-Length: 2097153"))[0])
            connection = self.begin(server)
            send_chunk(connection, b"".join(line(number, 1024) for number in range(1_100)))
            connection.sendall(b"100001\r\n")
            status, _, answer = answer_of(connection)
            self.assertEqual(413, status, answer)
            self.assertIn("kept: 1000 documents", answer["message"])

    def test_a_slow_client_is_told_so(self):
        with self.serve("--read-timeout-ms", "300") as server:
            self.make(server)
            connection = self.begin(server)
            send_chunk(connection, line(0) + line(1))
            status, _, answer = answer_of(connection)
            self.assertEqual(408, status, answer)
            self.assertIn("line 1: body: arrived too slowly", answer["message"])

    def test_a_collection_that_is_not_there_is_told_before_the_body(self):
        with self.serve() as server:
            status, head, _ = answer_of(
                self.begin(server, "Content-Length: 1000000000\r\nExpect: 100-continue"))
            self.assertEqual(404, status, head)

    def test_a_kill_leaves_whole_batches(self):
        with self.serve() as server:
            self.make(server)
            connection = self.begin(server)
            for number in range(6_000):
                send_chunk(connection, line(number, 1024))
            self.wait_until_stored(server, ROWS_A_BATCH)
            server.process.kill()
            server.wait()
        with self.serve() as server:
            self.assert_whole_batches(server)

    def test_a_stream_that_ends_while_the_server_drains_is_answered(self):
        with self.serve("--drain-delay-ms", "0") as server:
            self.make(server)
            connection = self.begin(server)
            for number in range(2_500):
                send_chunk(connection, line(number, 1024))
            self.wait_until_stored(server, ROWS_A_BATCH)
            server.process.terminate()
            server.wait_for("draining")
            for number in range(2_500, 5_000):
                send_chunk(connection, line(number, 1024))
            connection.sendall(b"0\r\n\r\n")
            status, head, answer = answer_of(connection)
            self.assertEqual((200, 5_000), (status, answer["inserted"]))
            self.assertIn("\r\nConnection: close", head)
            self.assertEqual(0, server.wait())

    def test_a_stream_that_never_ends_does_not_hold_up_the_end(self):
        with self.serve("--shutdown-timeout-ms", "300") as server:
            self.make(server)
            connection = self.begin(server)
            for number in range(2_500):
                send_chunk(connection, line(number, 1024))
            self.wait_until_stored(server, ROWS_A_BATCH)
            self.assertEqual(0, server.stop())
            self.assertEqual(b"", support.read_to_end(connection))
        with self.serve() as server:
            self.assert_whole_batches(server)


if __name__ == "__main__":
    unittest.main()
