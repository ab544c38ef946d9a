"""Start, readiness, drain and exit codes of the serving process."""

import json
import pathlib
import signal
import socket
import tempfile
import threading
import unittest

import support
from support import Server

QUERY, *DOCUMENTS = support.random_vectors(21, 101, 768)
MATRIX = [value for document in DOCUMENTS for value in document]


def half_sent(server):
    """A connection whose request the server has accepted: the head and half of the body sent."""
    body, headers = support.binary_body(
        {"query": {"shape": [768]}, "documents": {"shape": [100, 768]}, "top_n": 3}, QUERY, MATRIX)
    connection = server.connect()
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    connection.sendall(f"POST /v1/rerank HTTP/1.1\r\nHost: a\r\n{fields}"
                       f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode())
    support.read_until(connection, b"100 Continue\r\n\r\n")
    connection.sendall(body[: len(body) // 2])
    return connection, body[len(body) // 2 :]


class Stop(unittest.TestCase):
    def test_sigterm_answers_every_accepted_request_and_exits_0(self):
        with Server() as server:
            waiting = [half_sent(server) for _ in range(16)]
            server.process.send_signal(signal.SIGTERM)
            server.wait_for("draining")
            for connection, rest in waiting:
                connection.sendall(rest)
            for connection, _ in waiting:
                with connection:
                    answer = support.read_to_end(connection)
                head, _, body = answer.partition(b"\r\n\r\n")
                self.assertTrue(head.startswith(b"HTTP/1.1 200 "), head)
                self.assertIn(b"connection: close", head.lower())
                self.assertEqual(3, len(json.loads(body)["results"]))
            self.assertEqual(0, server.wait())

    def test_a_draining_server_is_not_ready_but_still_serves(self):
        with Server("--drain-delay-ms", 60_000) as server:
            server.process.send_signal(signal.SIGTERM)
            server.wait_for("draining")
            ready = server.request("GET", "/health/ready")
            self.assertEqual(503, ready.status)
            self.assertIn("retry-after", ready.headers)
            self.assertEqual(200, server.request("GET", "/health/live").status)
            scored = server.post("/v1/rerank", {"query": [1], "documents": [[1]]})
            self.assertEqual(200, scored.status)
            # A second signal ends the wait.
            self.assertEqual(0, server.stop())

    def test_a_client_that_never_finishes_does_not_hold_the_exit_for_ever(self):
        with Server("--shutdown-timeout-ms", 200) as server:
            connection, _ = half_sent(server)
            with connection:
                self.assertEqual(0, server.stop())

    def test_load_until_the_end_loses_no_accepted_request(self):
        outcomes = []
        stop = threading.Event()

        def client(server):
            body, headers = support.binary_body(
                {"query": {"shape": [768]}, "documents": {"shape": [100, 768]}}, QUERY, MATRIX)
            while not stop.is_set():
                try:
                    outcomes.append(server.post("/v1/rerank", body, headers).status)
                except ConnectionRefusedError:
                    return  # the port is closed: nothing was accepted

        with Server("--drain-delay-ms", 200) as server:
            threads = [threading.Thread(target=client, args=(server,)) for _ in range(4)]
            for thread in threads:
                thread.start()
            server.wait_for("request", count=20)
            self.assertEqual(0, server.stop())
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual({200}, set(outcomes))


class ExitCodes(unittest.TestCase):
    def test_a_wrong_configuration_is_2_with_every_error_at_once(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "config.toml"
            file.write_text('port = "high"\nhostnam = "a"\nlog_level = "loud"\n')
            result = support.run("serve", "--config", file, env={"QR_IO_THREADS": "many"})
        self.assertEqual(2, result.returncode, result.stderr)
        text = result.stderr.decode()
        for word in ("port", "hostnam", "log_level", "QR_IO_THREADS", ":1", ":2", ":3"):
            self.assertIn(word, text)

    def test_an_unknown_backend_is_2_and_lists_the_known(self):
        result = support.run("serve", "--port", 0, "--backend", "abacus")
        self.assertEqual(2, result.returncode, result.stderr)
        self.assertIn(b"reference", result.stderr)

    def test_a_taken_port_is_2_and_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            result = support.run("serve", "--hostname", "127.0.0.1", "--port", port)
        self.assertEqual(2, result.returncode, result.stderr)
        self.assertIn(str(port).encode(), result.stderr)

    def test_a_backend_that_this_cpu_cannot_run_is_3(self):
        # valgrind offers a CPU without AVX-512, whatever the machine's own.
        if support.is_sanitized():
            self.skipTest("a binary with AddressSanitizer does not run under valgrind")
        result = support.run("serve", "--port", 0, "--backend", "cpu-avx512",
                             wrapper=("valgrind", "--quiet", "--tool=none"))
        self.assertEqual(3, result.returncode, result.stderr)
        self.assertIn(b"backend 'cpu-avx512' needs avx512", result.stderr)

    def test_an_unknown_flag_is_2(self):
        self.assertEqual(2, support.run("serve", "--colour", "red").returncode)
        self.assertEqual(2, support.run("dance").returncode)


if __name__ == "__main__":
    unittest.main()
