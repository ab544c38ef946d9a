"""The CUDA backend seen from outside, on machines without a device: doctor against a driver that
answers as it is told, and the server on an emulated device."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

import support
from support import Server, run

DRIVER = os.environ["STAND_IN_DRIVER"]  # its folder
REFUSING = os.environ["STAND_IN_MODULE"]
EMULATED = os.environ.get("STAND_IN_CUDA_MODULE", "")  # where the toolkit's headers are
REAL = os.environ.get("CUDA_MODULE", "")  # where nvcc is
HAS_KERNEL_DRIVER = pathlib.Path("/proc/driver/nvidia/version").exists()
NO_DEVICE = {"CUDA_VISIBLE_DEVICES": "-1"}  # also where there is one
# What the driver says, and the cause that follows.
CAUSES = (
    ({"STAND_IN_DRIVER_API": "12080"}, "driver_too_old", "580 or later"),
    ({"STAND_IN_DRIVER_INIT": "803"}, "driver_mismatch", "restart"),
    ({"STAND_IN_DRIVER_INIT": "802"}, "not_initialised", "nvidia-fabricmanager"),
    ({"STAND_IN_DRIVER_INIT": "2"}, "no_memory", "nvidia-smi"),
    ({"STAND_IN_DRIVER_INIT": "34"}, "no_library", "stubs"),
    ({"STAND_IN_DRIVER_CAPABILITY": "70"}, "device_too_old", "Turing"),
    ({}, "other", "nvidia-smi"),  # a device that the module cannot use
)
METHODS = ("signed_fidelity", "fidelity", "bures_angle", "cosine", "dot")
QUERY, *DOCUMENTS = support.random_vectors(11, 61, 200)


def modules():
    """Whatever this build has that finds no device: (path, environment)."""
    yield REFUSING, {"STAND_IN_MODULE_REFUSES": "unavailable"}
    if REAL:
        yield REAL, {}


def doctor(module, env, *flags):
    return run("doctor", "--cuda-module", module, *flags, env=env)


class Doctor(unittest.TestCase):
    def test_tells_the_causes_apart(self):
        for module, own in modules():
            for driver, cause, word in CAUSES:
                with self.subTest(cause, module=module):
                    env = {**own, **driver, "LD_LIBRARY_PATH": DRIVER}
                    result = doctor(module, env, "--backend", "cuda", "--format", "json")
                    self.assertEqual(3, result.returncode, result.stderr)
                    found = json.loads(result.stdout)["cuda"]
                    self.assertEqual(cause, found["cause"], found)
                    self.assertIn(word, found["remedy"])
                    text = doctor(module, env, "--backend", "cuda").stdout.decode()
                    self.assertIn(f"\ncuda      {cause}: {found['message']}\n", text)
                    self.assertIn(f"remedy: {found['remedy']}\n", text)

    @unittest.skipIf(HAS_KERNEL_DRIVER, "this machine has an NVIDIA driver")
    def test_sees_that_there_is_no_driver(self):
        for module, own in modules():
            result = doctor(module, own, "--format", "json")
            self.assertEqual(0, result.returncode, "the CPU can serve")
            self.assertEqual("no_driver", json.loads(result.stdout)["cuda"]["cause"])

    def test_names_the_driver_and_what_it_offers(self):
        env = {"STAND_IN_MODULE_REFUSES": "unavailable", "LD_LIBRARY_PATH": DRIVER}
        found = json.loads(doctor(REFUSING, env, "--format", "json").stdout)["cuda"]
        self.assertEqual("13.0", found["driver"]["cuda"])
        self.assertEqual("Stand-in device", found["devices"][0]["name"])
        self.assertEqual(REFUSING, found["module"]["path"])

    def test_refuses_a_module_of_another_build(self):
        result = doctor(REFUSING, {"STAND_IN_MODULE_BUILD": "0.0.1"}, "--backend", "cuda")
        self.assertEqual(3, result.returncode)
        self.assertIn(b"module_foreign: ", result.stdout)


class Module(unittest.TestCase):
    def output(self, *command):
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def test_shows_one_symbol(self):
        for module in filter(None, (REFUSING, EMULATED, REAL)):
            lines = self.output("nm", "-D", "--defined-only", module).splitlines()
            self.assertEqual(["T qr_cuda_module"], [line.split(" ", 1)[1] for line in lines])

    @unittest.skipUnless(REAL, "needs nvcc")
    def test_needs_no_library_of_the_toolkit(self):
        needed = re.findall(r"NEEDED.*\[(.*)\]", self.output("readelf", "-d", REAL))
        self.assertIn("libc.so.6", needed)
        self.assertEqual([], [name for name in needed if name.startswith(("libcu", "libnv"))])

    def test_is_linked_by_nobody(self):
        needed = self.output("readelf", "-d", support.BINARY)
        self.assertNotRegex(needed, "cuda|cublas|nvidia")


class WithoutDevice(unittest.TestCase):
    def test_a_forced_backend_exits_with_3_and_says_what_to_do(self):
        # The module of this build where there is one; else that is the cause.
        result = run("serve", "--port", 0, env={"QR_BACKEND": "cuda", **NO_DEVICE})
        self.assertEqual(3, result.returncode, result.stderr)
        self.assertIn(b"quantumrerank: backend 'cuda': ", result.stderr)
        self.assertIn(b"Remedy: ", result.stderr)

    def test_auto_takes_the_cpu(self):
        result = run("rerank", "--format", "json", "-", env=NO_DEVICE,
                     stdin=b'{"query": [1, 0], "documents": [[0.6, 0.8], [1, 0.1]]}')
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual("cpu", json.loads(result.stdout)["backend"])


@unittest.skipUnless(EMULATED, "no module on the emulated device was built")
class OnTheEmulatedDevice(unittest.TestCase):
    def start(self, *flags, env=None):
        # The emulation takes its time; a slow answer is no loss here.
        server = Server("--backend", "cuda", "--cuda-module", EMULATED,
                        "--backend-timeout-ms", 60_000, *flags, env=env)
        server.__enter__()
        self.addCleanup(lambda: server.__exit__(None, None, None))
        return server

    def rerank(self, server, method="signed_fidelity", **fields):
        request = {"query": list(QUERY), "documents": [list(d) for d in DOCUMENTS],
                   "method": method, **fields}
        answer = server.post("/v1/rerank", request)
        self.assertEqual(200, answer.status, answer.body)
        return answer.json()

    def test_gives_the_bits_of_the_cpu(self):
        on_device = self.start()
        with Server("--backend", "cpu") as on_cpu:
            for method in METHODS:
                with self.subTest(method):
                    found = self.rerank(on_device, method)
                    self.assertEqual("cuda", found["backend"])
                    self.assertEqual(self.rerank(on_cpu, method)["results"], found["results"])
        self.assertEqual(0, on_device.stop())
        self.assertEqual([], [line for line in on_device.lines if '"level":"error"' in line])

    def test_refuses_a_bad_row_in_the_words_of_the_cpu(self):
        bad = {"query": [1, 0], "documents": [[1, 1], [0, 0]]}
        found = self.start().post("/v1/rerank", bad)
        with Server("--backend", "cpu") as on_cpu:
            expected = on_cpu.post("/v1/rerank", bad)
        self.assertEqual(422, found.status)
        self.assertEqual(expected.json()["error"], found.json()["error"])

    def test_is_shown_by_doctor_once_its_self_test_has_passed(self):
        result = doctor(EMULATED, {}, "--backend", "cuda", "--format", "json")
        self.assertEqual(0, result.returncode, result.stdout)
        report = json.loads(result.stdout)
        self.assertTrue(report["backends"][0]["self_test"]["passed"])
        self.assertEqual("none", report["cuda"]["cause"])
        self.assertEqual(1, len(report["cuda"]["devices"]), report["cuda"])

    def test_stands_first_in_health(self):
        backends = self.start().request("GET", "/health").json()["backends"]
        self.assertEqual(["cuda", "cpu"], [backend["name"] for backend in backends])

    def test_a_lost_device_costs_no_request_and_no_bit(self):
        with tempfile.TemporaryDirectory() as folder:
            loss = pathlib.Path(folder) / "loss"
            server = self.start(env={"EMU_LOSS_FILE": str(loss)})
            before = self.rerank(server)
            self.assertEqual("cuda", before["backend"])
            loss.touch()
            after = self.rerank(server)
            self.assertEqual("cpu", after["backend"])
            self.assertEqual(before["results"], after["results"])
            server.wait_for("device_lost")
            deadline = time.monotonic() + support.TIMEOUT_S
            while server.request("GET", "/health/ready").json()["status"] != "degraded":
                self.assertLess(time.monotonic(), deadline, server.lines)
                time.sleep(0.01)
            # The error sticks: that the file is gone again changes nothing.
            loss.unlink()
            self.assertEqual("cpu", self.rerank(server)["backend"])

    def test_where_a_lost_device_is_the_end_the_exit_code_is_3(self):
        with tempfile.TemporaryDirectory() as folder:
            loss = pathlib.Path(folder) / "loss"
            server = self.start("--on-gpu-loss", "exit", "--canary-interval-ms", 50,
                                env={"EMU_LOSS_FILE": str(loss)})
            loss.touch()
            self.assertEqual(3, server.wait())


if __name__ == "__main__":
    unittest.main()
