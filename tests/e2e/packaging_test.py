"""What operators install: the systemd unit, the packages, the sample's tools."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import support

SYSTEMD = support.SOURCE / "deployment" / "systemd"
UNIT = "quantumrerank.service"
CUDA_DROP_IN = "cuda.conf"
EXPOSURE_MAX = "20"  # tenths: 2.0 of 10
BUILD = os.environ["BUILD_FOLDER"]
HAS_MODULE = "CUDA_MODULE" in os.environ  # nvcc built it
NO_DEVICE = {"CUDA_VISIBLE_DEVICES": "-1"}


def analyse(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True,
                          timeout=support.TIMEOUT_S, check=False)


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
class Unit(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        # The command must exist to be judged, and the package is not installed here.
        self.unit = pathlib.Path(folder.name) / UNIT
        binary = pathlib.Path(support.BINARY).resolve()
        text = (SYSTEMD / UNIT).read_text()
        self.unit.write_text(text.replace("/usr/bin/quantumrerank", str(binary)))

    def add_drop_in(self):
        folder = self.unit.parent / (UNIT + ".d")
        folder.mkdir()
        shutil.copy(SYSTEMD / CUDA_DROP_IN, folder)

    def check(self):
        result = analyse("verify", "--man=no", self.unit)
        self.assertEqual((0, b""), (result.returncode, result.stderr))
        result = analyse("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", self.unit)
        self.assertEqual(0, result.returncode, result.stdout.decode() + result.stderr.decode())

    def test_is_valid_and_hardened(self):
        self.check()

    def test_is_so_with_what_a_device_takes(self):
        self.add_drop_in()
        self.check()


@unittest.skipUnless(shutil.which("dpkg-deb"), "dpkg-deb is not installed")
class Packages(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        subprocess.run(["cpack", "-G", "DEB", "-B", folder.name], cwd=BUILD, check=True,
                       capture_output=True, timeout=4 * support.TIMEOUT_S)
        self.packages = {path.name.partition("_")[0]: path
                         for path in pathlib.Path(folder.name).glob("*.deb")}

    def tell(self, *arguments):
        return subprocess.run(["dpkg-deb", *map(str, arguments)], check=True, text=True,
                              capture_output=True, timeout=support.TIMEOUT_S).stdout

    def install(self, *names):
        """The packages' files below a folder of their own; the program there."""
        root = tempfile.TemporaryDirectory()
        self.addCleanup(root.cleanup)
        for name in names:
            self.tell("-x", self.packages[name], root.name)
        return pathlib.Path(root.name) / "usr" / "bin" / "quantumrerank"

    def doctor(self, program):
        result = subprocess.run([program, "doctor", "--format", "json"], capture_output=True,
                                env=support.environment(NO_DEVICE), check=False,
                                timeout=support.TIMEOUT_S)
        self.assertEqual(0, result.returncode, result.stderr)
        return json.loads(result.stdout)["cuda"]

    def check_the_server_alone(self):
        depends = self.tell("-f", self.packages["quantumrerank"], "Depends")
        self.assertNotRegex(depends, "cuda|cublas|nvidia")
        found = self.doctor(self.install("quantumrerank"))
        self.assertEqual("module_missing", found["cause"])
        self.assertTrue(found["module"]["path"].endswith("/libquantumrerank_cuda.so"), found)

    def check_the_module_lies_where_the_server_looks_and_is_of_its_build(self):
        found = self.doctor(self.install("quantumrerank", "quantumrerank-cuda"))
        self.assertTrue(found["module"]["path"].endswith("/libquantumrerank_cuda.so"), found)
        self.assertFalse(found["cause"].startswith("module_"), found)

    def check_the_module_leaves_the_driver_to_the_machine(self):
        control = self.tell("-f", self.packages["quantumrerank-cuda"])
        version = self.tell("-f", self.packages["quantumrerank"], "Version").strip()
        self.assertIn(f"Depends: quantumrerank (= {version}), libc6", control)
        self.assertRegex(control, r"\n *Suggests: libcuda1 \(>= 580\), libcublas")
        self.assertNotIn("Recommends", control)
        files = self.tell("-c", self.packages["quantumrerank-cuda"])
        self.assertIn(f"/{UNIT}.d/{CUDA_DROP_IN}", files)

    # One test, since packing takes seconds.
    def test_the_server_is_whole_alone_and_finds_the_module_of_the_other(self):
        self.check_the_server_alone()
        expected = {"quantumrerank"} | ({"quantumrerank-cuda"} if HAS_MODULE else set())
        self.assertEqual(expected, set(self.packages))
        if HAS_MODULE:
            self.check_the_module_lies_where_the_server_looks_and_is_of_its_build()
            self.check_the_module_leaves_the_driver_to_the_machine()


class Sample(unittest.TestCase):
    def check(self, answer):
        checker = support.SOURCE / "samples" / "check_answer.py"
        return subprocess.run(["python3", checker, support.SAMPLE / "expected.json"],
                              input=json.dumps(answer).encode(), capture_output=True,
                              timeout=support.TIMEOUT_S, check=False).returncode

    def test_check_tells_a_right_ranking_from_a_wrong_one(self):
        results = json.loads((support.SAMPLE / "expected.json").read_text())["results"][:10]
        self.assertEqual(0, self.check({"results": results}))
        self.assertEqual(1, self.check({"results": results[:9]}))
        self.assertEqual(1, self.check({"results": [results[1], results[0], *results[2:]]}))
        shifted = [dict(r, relevance_score=r["relevance_score"] + 1e-9) for r in results]
        self.assertEqual(1, self.check({"results": shifted}))


if __name__ == "__main__":
    unittest.main()
