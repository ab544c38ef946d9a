"""A device that fails in every way, seen from outside: the server with a stand-in device."""

import pathlib
import re
import tempfile
import time
import unittest

import support
from support import Server

QUERY, *DOCUMENTS = support.random_vectors(7, 41, 96)
REQUEST = {"query": list(QUERY), "documents": [list(document) for document in DOCUMENTS]}
# By fault: the reason that is counted, and whether the device is lost by it.
FAULTS = {
    "unavailable": ("unavailable", True),
    "internal": ("internal", True),
    "out_of_memory": ("out_of_memory", False),
    "hang": ("timed_out", True),
    "slow 3000": ("timed_out", True),
    "wrong": ("wrong_answer", True),
}


class StandIn(Server):
    """A server whose device does what its fault file says."""

    def __init__(self, folder, *flags, **env):
        self.fault_file = pathlib.Path(folder) / "fault"
        self.fault("none")
        super().__init__(*flags, env={"STAND_IN_FAULT_FILE": str(self.fault_file), **env})

    def fault(self, word):
        new = self.fault_file.with_suffix(".new")
        new.write_text(word)
        new.replace(self.fault_file)

    def ready(self):
        return self.request("GET", "/health/ready")

    def health(self):
        return self.request("GET", "/health").json()

    def await_status(self, status):
        deadline = time.monotonic() + support.TIMEOUT_S
        while self.ready().json()["status"] != status:
            if time.monotonic() > deadline:
                raise AssertionError(f"never {status}: {self.health()}")
            time.sleep(0.01)

    def rerank(self):
        answer = self.post("/v1/rerank", REQUEST)
        if answer.status != 200:
            raise AssertionError(answer.body)
        return answer.json()


class Failover(unittest.TestCase):
    def start(self, *flags, backend_timeout_ms=500, **env):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        server = StandIn(folder.name, "--backend-timeout-ms", backend_timeout_ms, *flags, **env)
        server.__enter__()
        self.addCleanup(lambda: server.__exit__(None, None, None))
        return server

    def test_every_fault_costs_no_request_and_no_bit(self):
        for fault, (reason, is_lost) in FAULTS.items():
            with self.subTest(fault):
                server = self.start("--canary-interval-ms", 60_000)
                before = server.rerank()
                self.assertEqual("stand-in-device", before["backend"])
                server.fault(fault)
                during = server.rerank()
                self.assertEqual("cpu", during["backend"])
                self.assertEqual(before["results"], during["results"])
                if is_lost:
                    server.await_status("degraded")
                    self.assertEqual(200, server.ready().status)
                    self.assertEqual("true", server.ready().headers["x-degraded"])
                self.assertEqual("cpu", server.rerank()["backend"])
                failover = server.health()["failover"]
                self.assertEqual(1 if is_lost else 2, failover["failovers"][reason], failover)
                self.assertEqual(1 if is_lost else 0, len(server.events("device_lost")))
                metrics = server.request("GET", "/metrics").body.decode()
                self.assertIn(f'qr_failovers_total{{reason="{reason}"}}', metrics)
                self.assertIn(f"qr_degraded {int(is_lost)}\n", metrics)
                server.fault("none")
                self.assertEqual(0, server.stop())

    def test_a_device_that_auto_found_shares_with_the_cpu(self):
        server = self.start("--canary-interval-ms", 50, STAND_IN_ROUTED="1")
        self.assertTrue(server.wait_for("backend_ready")[0]["routed"])
        before = server.rerank()
        server.fault("unavailable")
        server.await_status("degraded")
        during = server.rerank()
        self.assertEqual("cpu", during["backend"])
        self.assertEqual(before["results"], during["results"])
        metrics = server.request("GET", "/metrics").body.decode()
        decisions = re.findall(r"^qr_router_decisions_total{.*} (\d+)$", metrics, re.MULTILINE)
        self.assertEqual(2, sum(map(int, decisions)))
        cost = r'^qr_router_cost_seconds{per="multiply_add",side="(\w+)"} (\S+)$'
        for side, seconds in re.findall(cost, metrics, re.MULTILINE):
            self.assertGreater(float(seconds), 0, side)

    def test_an_idle_server_notices_and_recovers(self):
        server = self.start("--canary-interval-ms", 50)
        server.fault("unavailable")
        server.await_status("degraded")
        server.fault("none")
        server.await_status("ready")
        self.assertEqual("stand-in-device", server.rerank()["backend"])
        self.assertEqual(1, len(server.events("device_lost")))
        self.assertEqual(1, len(server.wait_for("device_recovered")))

    def test_a_device_that_was_wrong_is_never_believed_again(self):
        server = self.start("--canary-interval-ms", 50)
        server.fault("wrong")
        server.await_status("degraded")
        server.fault("none")
        device = lambda: server.health()["backends"][0]["canary"]
        while device()["outcome"] != "passed":
            time.sleep(0.01)
        self.assertEqual("wrong", server.health()["failover"]["device"])
        self.assertEqual("cpu", server.rerank()["backend"])

    def test_a_degraded_server_that_fills_up_asks_for_less(self):
        server = self.start("--max-concurrent-requests", 2, "--shed-percent", 50)
        server.fault("unavailable")
        server.await_status("degraded")
        body = b"{"
        head = f"POST /v1/rerank HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body) + 1}\r\n\r\n"
        with server.connect() as first, server.connect() as second:
            for connection in (first, second):
                connection.sendall(head.encode() + body)
            while server.health()["admission"]["jobs"] < 2:
                time.sleep(0.01)
            self.assertEqual(503, server.ready().status)
        server.await_status("degraded")
        while server.ready().status != 200:
            time.sleep(0.01)

    def test_where_a_lost_device_is_the_end_the_exit_code_is_3(self):
        server = self.start("--on-gpu-loss", "exit", "--canary-interval-ms", 50)
        server.fault("unavailable")
        self.assertEqual(3, server.wait())
        self.assertEqual(1, len(server.events("process_ended")))

    def test_a_lane_that_is_stuck_ends_the_process(self):
        # The device may take longer than the watchdog allows: nothing takes over in time.
        server = self.start("--watchdog-timeout-ms", 1_000, "--canary-interval-ms", 60_000,
                            backend_timeout_ms=600_000)
        server.fault("hang")
        with server.connect() as connection:
            body = b'{"query":[1],"documents":[[1]]}'
            connection.sendall(b"POST /v1/rerank HTTP/1.1\r\nHost: a\r\nContent-Length: "
                               + str(len(body)).encode() + b"\r\n\r\n" + body)
            self.assertEqual(1, server.wait())
        self.assertIn("lane 0", server.events("process_ended")[0]["message"])


if __name__ == "__main__":
    unittest.main()
