"""The program whose instructions are counted: its answers are right, its counts are its work."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(os.environ["QR_SOURCE_DIR"]) / "perf" / "guard"))
import guard

PROGRAM = os.environ["QR_HOT_PATHS"]


def run(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


class Program(unittest.TestCase):
    def test_knows_the_committed_paths_and_no_other(self):
        committed = json.loads(guard.FIGURES.read_text())["instructions"]
        status, listed, _ = run("--list")
        self.assertEqual((0, sorted(committed)), (status, sorted(listed.split())))

    def test_tells_what_it_was_built_with(self):
        status, build, _ = run("--build")
        self.assertEqual((0, {"compiler", "flags"}), (status, set(json.loads(build))))

    def test_refuses_what_it_does_not_know(self):
        status, _, said = run("decode_smoke_signals")
        self.assertEqual(2, status)
        self.assertIn("path: found 'decode_smoke_signals', allowed: decode_binary_100x768", said)
        for repeats in ("0", "1001", "-1", "2x", ""):
            status, _, said = run("parse_head_14_fields", repeats)
            self.assertEqual((2, f"repeats: found '{repeats}', allowed: 1..1000\n"),
                             (status, said))
        self.assertEqual(2, run()[0])


@unittest.skipIf(guard.missing(), guard.missing() or "")
class Counts(unittest.TestCase):
    def test_do_not_depend_on_how_often_a_path_runs(self):
        for name in ("parse_head_14_fields", "submit_to_reply_10x384"):
            few, many = (guard.count(PROGRAM, name, repeats) for repeats in (2, 20))
            self.assertLess(abs(guard.percent(few, many)), 0.5, name)

    def test_grow_with_the_work(self):
        small = guard.count(PROGRAM, "decode_json_10x384")
        large = guard.count(PROGRAM, "decode_json_100x768")
        numbers = (101 * 768) / (11 * 384)  # 18.4 times as many
        self.assertAlmostEqual(numbers, large / small, delta=0.1 * numbers)


if __name__ == "__main__":
    unittest.main()
