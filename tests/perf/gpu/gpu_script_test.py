"""perf/gpu.sh and the folder it makes: without a device, and to the end with programs for the
emulated device in the place of the real ones."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["QR_SOURCE_DIR"])
SCRIPT = ROOT / "perf" / "gpu.sh"
BINARIES = os.environ.get("QR_GPU_BINARIES", "")  # empty: not built here
EMULATED = os.environ["QR_GPU_BENCH_EMULATED"]
sys.path.insert(0, str(ROOT / "perf" / "gpu"))

import report  # noqa: E402

NO_DEVICE = {**os.environ, "CUDA_VISIBLE_DEVICES": ""}
TESTS = """#!/bin/sh
for argument; do case $argument in --gtest_output=json:*) out=${argument#*json:} ;; esac; done
[ -z "$out" ] || printf '"result": "COMPLETED",\\n"result": "SKIPPED"\\n' >"$out"
echo 'device.cpp:31: Skipped'
echo 'needs 2 devices, 1 here'
test "%s" = passes || { echo '[  FAILED  ] Overlap.Adds/0 (3 ms)'; exit 1; }
"""
SANITIZER = """#!/bin/sh
[ "$1" != --version ] || { echo 'Version 2025.3'; exit; }
echo "========= ERROR SUMMARY: 0 errors ($2)"
"""
SMI = """#!/bin/sh
case $* in *driver_version*) echo 580.65.06 ;; *) echo '[N/A]' ;; esac
"""


def write(path, text):
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def run(*command, environment=None):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False, env=environment)


class Folder(unittest.TestCase):
    @unittest.skipUnless(BINARIES, "needs nvcc")
    def test_is_carried_and_says_what_to_do_without_a_device(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place) / "suite"
            built = run(SCRIPT, "--build", folder, "--binaries", BINARIES)
            self.assertEqual(0, built.returncode, built.stderr)
            self.assertLess(sum(f.stat().st_size for f in folder.rglob("*")), 60 << 20)
            for program in ("gpu_test", "gpu_bench"):
                needed = run("readelf", "-d", folder / program).stdout
                libraries = [line.split("[")[1].rstrip("]") for line in needed.splitlines()
                             if "(NEEDED)" in line]
                self.assertEqual([], [name for name in libraries
                                      if not name.startswith(("libc.", "libm.", "ld-linux"))])
            done = run(SCRIPT, "--run", folder, "--output", pathlib.Path(place) / "out",
                       environment=NO_DEVICE)
            self.assertEqual(3, done.returncode, done.stderr)
            for word in ("no CUDA device", "nvidia-smi", "--build FOLDER"):
                self.assertIn(word, done.stderr)
            self.assertFalse((pathlib.Path(place) / "out").exists())

    @unittest.skipUnless(BINARIES, "needs nvcc")
    def test_its_tests_skip_one_by_one_without_a_device(self):
        done = run(pathlib.Path(BINARIES) / "gpu_test", "--gtest_filter=Orders/TopK.*/0",
                   environment=NO_DEVICE)
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertIn("needs a CUDA device: ", done.stdout)
        self.assertIn("[  PASSED  ] 0 tests", done.stdout)

    def test_another_folder_is_not_overwritten(self):
        with tempfile.TemporaryDirectory() as place:
            (pathlib.Path(place) / "mine").write_text("")
            done = run(SCRIPT, "--build", place, "--binaries", place)
            self.assertEqual(1, done.returncode)
            self.assertIn("was not made by --build", done.stderr)
            self.assertTrue((pathlib.Path(place) / "mine").exists())


class CommandLine(unittest.TestCase):
    def test_what_it_does_not_know_is_named_and_ends_with_2(self):
        for arguments, word in ((("--fast", "1"), "'--fast'"), (("--build",), "'--build'"),
                                (("--build", "a", "--run", "b"), "exclude each other")):
            done = run(SCRIPT, *arguments)
            self.assertEqual(2, done.returncode, done.stderr)
            self.assertIn(word, done.stderr)


class Run(unittest.TestCase):
    """The whole of run.sh, on programs that need no device."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.place = pathlib.Path(holder.name)
        self.folder = self.place / "suite"
        self.tools = self.place / "tools"
        for folder in (self.folder, self.tools):
            folder.mkdir()
        for file in ("run.sh", "torch_peer.py"):
            shutil.copy(ROOT / "perf" / "gpu" / file, self.folder)
        (self.folder / "built.json").write_text(
            '"commit": "abc", "dirty": false,\n"built_for": "emulation",\n')
        write(self.folder / "gpu_bench", f'#!/bin/sh\nexec {EMULATED} --smoke "$@"\n')
        self.tests_that("passes")
        write(self.tools / "compute-sanitizer", SANITIZER)
        write(self.tools / "nvidia-smi", SMI)

    def tests_that(self, what):
        write(self.folder / "gpu_test", TESTS % what)

    def run_it(self, *arguments):
        path = f"{self.tools}:{os.environ['PATH']}"
        done = run(SCRIPT, "--run", self.folder, "--output", self.place / "out", *arguments,
                   environment={**os.environ, "PATH": path})
        file = self.place / "out" / "emulated-device.json"
        result = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
        if result is not None:
            report.check(result)
        return done, result

    def test_writes_what_every_part_found(self):
        done, result = self.run_it()
        self.assertEqual(1, done.returncode, done.stderr)  # smoke sizes miss the bars
        self.assertEqual("Emulated device", result["device"])
        self.assertEqual("580.65.06", result["driver"])
        self.assertEqual("passed", result["suite"]["status"])
        self.assertEqual((2, 1), (result["suite"]["tests"], result["suite"]["skipped"]))
        self.assertEqual(["needs 2 devices, 1 here"], result["suite"]["skip_reasons"])
        for tool in ("memcheck", "racecheck", "initcheck", "synccheck"):
            self.assertEqual("passed", result["sanitizer"][tool]["status"])
        self.assertIn("search", result["bench"])
        self.assertIsNotNone(result["torch"])  # what it found, or why there is none
        self.assertIn("Emulated device", report.table(result))

    def test_runs_one_part_alone(self):
        done, result = self.run_it("--only", "suite")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(0, result["suite"]["failed"])
        for part in ("sanitizer", "bench", "torch"):
            self.assertIsNone(result[part])

    def test_names_the_tests_that_failed(self):
        self.tests_that("fails")
        done, result = self.run_it("--only", "suite")
        self.assertEqual(1, done.returncode)
        self.assertEqual("failed", result["suite"]["status"])
        self.assertEqual(["Overlap.Adds/0"], result["suite"]["failed_tests"])

    def test_a_wrong_answer_of_the_benchmark_is_told(self):
        write(self.folder / "gpu_bench",
              f'#!/bin/sh\nexec {EMULATED} --smoke --spoil "search exact" "$@"\n')
        done, result = self.run_it("--only", "bench")
        self.assertEqual(1, done.returncode)
        self.assertEqual("failed", result["bench"]["status"])
        self.assertIn("wrong: search exact", result["bench"]["message"])
        self.assertIn("wrong: search exact", report.table(result))

    def test_time_that_ran_out_is_told(self):
        write(self.folder / "gpu_test", "#!/bin/sh\nexec tail -f /dev/null\n")
        done, result = self.run_it("--only", "suite", "--limit", "1")
        self.assertEqual(1, done.returncode)
        self.assertEqual("timed out", result["suite"]["status"])

    def test_refuses_parts_and_limits_that_there_are_not(self):
        for arguments, word in ((("--only", "all"), "'all'"), (("--limit", "0"), "'0'")):
            done, _ = self.run_it(*arguments)
            self.assertEqual(2, done.returncode)
            self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
