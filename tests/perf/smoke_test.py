"""What smoke.py lets pass and what it does not: programs here print what a benchmark would."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SMOKE = pathlib.Path(__file__).with_name("smoke.py")
GOOD = {"name": "a", "label": "hash=0123456789abcdef, a note"}


def smoke(benchmarks, tail=""):
    """The exit status and what was said of a program that shows those, then does `tail`."""
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "bench"
        text = json.dumps({"benchmarks": benchmarks})
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n{tail}\n")
        program.chmod(0o755)
        run = subprocess.run([sys.executable, "-B", SMOKE, program], capture_output=True,
                             text=True, timeout=60)
        return run.returncode, run.stdout + run.stderr


class Smoke(unittest.TestCase):
    def test_passes_benchmarks_with_hashes(self):
        self.assertEqual((0, "0123456789abcdef a\n"), smoke([GOOD]))

    def test_fails_with_its_program(self):
        status, said = smoke([GOOD], "echo 'wrong: a: differs at value 3' >&2; exit 1")
        self.assertEqual(1, status)
        self.assertIn("exit status 1: wrong: a: differs at value 3", said)

    def test_fails_without_a_hash_or_with_an_error(self):
        self.assertEqual(1, smoke([{"name": "a"}])[0])
        self.assertEqual(1, smoke([dict(GOOD, label="hash=12")])[0])
        self.assertEqual(1, smoke([dict(GOOD, error_occurred=True)])[0])

    def test_fails_when_nothing_ran(self):
        status, said = smoke([])
        self.assertEqual(1, status)
        self.assertIn("no benchmark ran", said)


if __name__ == "__main__":
    unittest.main()
