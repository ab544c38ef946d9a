"""Whether the expected device served, told from what the server says of itself."""

import unittest

import validation_parts  # noqa: F401: finds the modules

import devices
import service

CPU = {"name": "cpu", "device": "cpu", "role": "only"}


def health(status="ready", reason="every check passes", devices_=({},), failovers=0, message=""):
    chosen = {**CPU, "name": "cuda", "role": "primary", "devices": [
        {"index": i, "name": "NVIDIA H200", "is_lost": False, **device}
        for i, device in enumerate(devices_)]}
    return service.Health(status, reason, "1", [chosen, CPU], {
        "failovers": {"timed_out": failovers}, "last_message": message})


WITHOUT_GPU = service.Health("ready", "every check passes", "1", [CPU], {})


def seen(before=None, after=None, kinds=None, router=None):
    before = before or health()
    return devices.Observation(before, after or before, {"cuda": 9} if kinds is None else kinds,
                               {}, router)


FREE = {"small": 5, "faster": 0, "spilled": 0, "lost": 0, "refused": 0}


class Expectation(unittest.TestCase):
    def judge(self, expected, *arguments, **named):
        return devices.judge(expected, seen(*arguments, **named))

    def test_is_met_where_it_served(self):
        self.assertEqual("met", self.judge("gpu").verdict)
        self.assertEqual("met", self.judge("nvidia-h200").verdict)
        self.assertEqual("met", self.judge("NVIDIA H200").verdict)
        self.assertEqual("met", self.judge("cpu", WITHOUT_GPU, kinds={"cpu": 9}).verdict)

    def test_a_router_may_leave_small_batches_to_the_cpu(self):
        row = self.judge("gpu", kinds={"cuda": 1, "cpu": 5}, router=FREE)
        self.assertEqual("met", row.verdict)
        self.assertIn("a mix; ", row.why)
        self.assertIn("batches routed to the CPU: small 5", row.why)

    def test_is_missed_with_the_reason_that_the_server_gives(self):
        lost = {"is_lost": True, "error": "Xid 79"}
        cases = (
            ("gpu", {"before": WITHOUT_GPU, "kinds": {"cpu": 9}}, "the server has no GPU"),
            ("gpu", {"before": health("degraded", message="timed out")},
             "before the run the server was degraded: timed out"),
            ("gpu", {"after": health("degraded", "the device is lost")},
             "after the run the server was degraded: the device is lost"),
            ("gpu", {"after": health(devices_=(lost,))},
             "after the run device 0 was lost: Xid 79"),
            ("gpu", {"after": health(failovers=2, message="out of memory")},
             "the GPU failed 2 times during the run, the last time: out of memory"),
            ("gpu", {"kinds": {"cpu": 9}, "router": FREE}, "the CPU computed every answer"),
            ("gpu", {"kinds": {"cuda": 9, "cpu": 1}}, "the CPU computed 1 answers for another"),
            ("gpu", {"kinds": {"cuda": 9, "cpu": 1}, "router": {**FREE, "refused": 1}},
             "the CPU computed 1 answers for another"),
            ("NVIDIA H100", {}, "the server's GPUs: NVIDIA H200"),
            ("cpu", {"kinds": {"cpu": 3, "cuda": 1}}, "answers were computed elsewhere"),
            ("cpu", {"kinds": {}}, "there was no right answer"),
        )
        for expected, named, why in cases:
            with self.subTest(why):
                row = self.judge(expected, **named)
                self.assertEqual(("missed", True), (row.verdict, row.required))
                self.assertTrue(row.why.startswith(why), row.why)

    def test_is_missed_where_the_server_is_gone_after_the_run(self):
        gone = devices.Observation(health(), None, {"cuda": 9}, {}, None)
        self.assertEqual("missed", devices.judge("gpu", gone).verdict)

    def test_without_one_the_device_is_told_and_decides_nothing(self):
        row = self.judge(None, kinds={"cpu": 1, "cuda": 2})
        self.assertEqual(("cpu + cuda", False), (row.found, row.required))

    def test_asks_for_a_large_request_only_where_a_router_kept_all_from_a_gpu(self):
        small = seen(kinds={"cpu": 9}, router=FREE)
        self.assertTrue(devices.needs_large_request("gpu", small))
        self.assertFalse(devices.needs_large_request("cpu", small))
        self.assertFalse(devices.needs_large_request(None, small))
        self.assertFalse(devices.needs_large_request("gpu", seen()))
        self.assertFalse(devices.needs_large_request("gpu", seen(WITHOUT_GPU, kinds={"cpu": 9})))


if __name__ == "__main__":
    unittest.main()
