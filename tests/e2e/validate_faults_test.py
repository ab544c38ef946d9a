"""The performance validation against a server whose device fails as it is told."""

import pathlib
import unittest

from validation import ValidationTest

SLOW_MS = 200


class StandIn(ValidationTest):
    def start_stand_in(self, fault, *flags):
        self.fault_file = pathlib.Path(self.folder) / "fault"
        self.fault_file.write_text("none")
        devices = self.folder / "devices"
        devices.write_text("0 name Stand-in 9000\n0 uuid GPU-1\n0 lanes 2\n")
        server = self.start(*flags, env={"STAND_IN_FAULT_FILE": str(self.fault_file),
                                         "STAND_IN_DEVICES_FILE": str(devices)})
        new = self.fault_file.with_suffix(".new")
        new.write_text(fault)
        new.replace(self.fault_file)
        return server

    def test_a_slow_device_misses_the_guides_target(self):
        server = self.start_stand_in(f"slow {SLOW_MS}", "--backend-timeout-ms", 60_000)
        # Each form gets one timed answer: no answer can be quicker than the device.
        changes = {"latency_1_json_max_ms": (SLOW_MS / 2, True)}
        result = self.validate(server.url, changes=changes, measure={"repeats": 1, "warm_up": 0})
        self.assertEqual((1, ["latency_1_json_max_ms"]), (result.status, result.missed()))
        self.assertGreaterEqual(result.report["figures"]["latency_1_json_max_ms"]["value"], SLOW_MS)

    def test_a_wrong_device_is_the_servers_own_finding_and_repeated(self):
        server = self.start_stand_in("wrong", "--canary-interval-ms", 50)
        server.wait_for("device_lost")
        # The CPU gives the right bits; only who expected the device is disappointed.
        result = self.validate(server.url)
        self.assertEqual(0, result.status, result.out)
        self.assertIn("the server is degraded: ", result.device()["why"])
        result = self.validate(server.url, "--expect-device", "Stand-in 9000")
        self.assertEqual((1, ["device that served"]), (result.status, result.missed()))
        self.assertIn("before the run the server was degraded: ", result.device()["why"])


if __name__ == "__main__":
    unittest.main()
