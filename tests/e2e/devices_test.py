"""Devices as /health, /metrics and the log show them: the server with a stand-in device."""

import json
import pathlib
import subprocess
import tempfile
import time
import unittest

import jsonschema
import support
from support import Server

WELL = """\
0 name Stand-in 9000
0 uuid GPU-1
0 capability 9.0
0 planned 4096
0 lanes 2
0 temperature 45
0 memory 1000 250
0 power 70500
0 ecc 2 0
0 xid 0
1 name Stand-in 9000 MIG 1g.10gb
1 uuid MIG-2
1 mig 1g.10gb
1 message NVML cannot be opened
"""
TROUBLE = WELL.replace("0 ecc 2 0", "0 ecc 2 1").replace("0 xid 0", "0 xid 2 45 79")


class Devices(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "devices"
        self.tell(WELL)
        self.server = Server(env={"STAND_IN_DEVICES_FILE": str(self.file)})
        self.server.__enter__()
        self.addCleanup(lambda: self.server.__exit__(None, None, None))

    def tell(self, lines):
        new = self.file.with_suffix(".new")
        new.write_text(lines)
        new.replace(self.file)

    def health(self):
        return self.server.request("GET", "/health").json()

    def metrics(self):
        text = self.server.request("GET", "/metrics").body.decode()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
                for line in text.splitlines() if line.startswith("qr_device")}

    def await_reason(self, words):
        deadline = time.monotonic() + support.TIMEOUT_S
        while words not in self.health()["reason"]:
            if time.monotonic() > deadline:
                raise AssertionError(f"never {words}: {self.health()}")
            time.sleep(0.01)

    def test_health_lists_them_as_documented(self):
        device, cpu = self.health()["backends"]
        self.assertNotIn("devices", cpu)
        whole, instance = device["devices"]
        self.assertEqual((0, "GPU-1", "9.0", 4096, False),
                         tuple(whole[key] for key in ("index", "uuid", "compute_capability",
                                                      "planned_bytes", "is_lost")))
        self.assertEqual(45, whole["condition"]["temperature_celsius"])
        self.assertNotIn("mig_profile", whole)
        self.assertNotIn("trouble", whole)
        self.assertEqual("1g.10gb", instance["mig_profile"])
        self.assertEqual({"seconds_ago", "throttle_reasons", "message"},
                         set(instance["condition"]))
        api = self.server.request("GET", "/openapi.json").json()
        schemas = api["components"]["schemas"]
        for name, value in (("Health", self.health()),
                            ("Device", schemas["Device"]["examples"][0])):
            schema = {"$ref": f"#/components/schemas/{name}", "components": api["components"]}
            jsonschema.Draft202012Validator(schema).validate(value)
        for name, found in (("Device", whole), ("DeviceCondition", whole["condition"])):
            self.assertEqual(set(), set(found) - set(schemas[name]["properties"]))

    def test_metrics_show_what_each_gives(self):
        found = self.metrics()
        self.assertEqual(45, found['qr_device_temperature_celsius{device="0",uuid="GPU-1"}'])
        self.assertEqual(70.5, found['qr_device_power_watts{device="0",uuid="GPU-1"}'])
        self.assertEqual(0, found['qr_device_lost{device="1",uuid="MIG-2"}'])
        self.assertNotIn('qr_device_temperature_celsius{device="1",uuid="MIG-2"}', found)
        text = self.server.request("GET", "/metrics").body
        lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                              timeout=support.TIMEOUT_S, check=False)
        self.assertEqual((0, b""), (lint.returncode, lint.stdout + lint.stderr))

    def test_trouble_is_named_and_logged_once_and_fails_nothing(self):
        self.assertEqual("every check passes", self.health()["reason"])
        self.tell(TROUBLE)
        self.await_reason("device 0 reports Xid 79: the device has fallen off the bus")
        xid, ecc = self.server.wait_for("device_error", 2)
        self.assertEqual(("error", 0, "GPU-1", 79, 2),
                         tuple(xid[key] for key in ("level", "device", "uuid", "xid", "count")))
        self.assertIn("1 uncorrected memory error", ecc["message"])
        self.assertEqual("ready", self.health()["status"])
        self.assertEqual(200, self.server.request("GET", "/health/ready").status)
        self.assertIn("Xid 79", self.health()["backends"][0]["devices"][0]["trouble"])
        self.tell(WELL)
        self.await_reason("every check passes")
        self.assertEqual(0, self.server.stop())
        self.assertEqual(2, len(self.server.events("device_error")))

    def test_throttling_is_logged_when_it_begins(self):
        self.tell(WELL + "0 throttle thermal power_cap\n")
        line = self.server.wait_for("device_throttled")[0]
        self.assertEqual(("warn", 0, "thermal, power_cap"),
                         (line["level"], line["device"], line["message"]))
        throttled = {name for name, value in self.metrics().items()
                     if name.startswith("qr_device_throttled") and value == 1}
        self.assertEqual({f'qr_device_throttled{{device="0",uuid="GPU-1",reason="{reason}"}}'
                          for reason in ("thermal", "power_cap")}, throttled)

    def test_a_device_that_is_lost_is_shown_although_the_cpu_serves(self):
        self.tell(WELL + "0 lost illegal address (700)\n")
        self.assertEqual(1, self.metrics()['qr_device_lost{device="0",uuid="GPU-1"}'])
        device = self.health()["backends"][0]["devices"][0]
        self.assertEqual((True, "illegal address (700)"), (device["is_lost"], device["error"]))


class NoDevices(unittest.TestCase):
    def test_without_devices_nothing_of_them_appears(self):
        with Server() as server:
            self.assertNotIn("devices", json.dumps(server.request("GET", "/health").json()))
            self.assertNotIn(b"qr_device", server.request("GET", "/metrics").body)


if __name__ == "__main__":
    unittest.main()
