"""What the instruction guard lets pass, what it does not, and what it writes down."""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(os.environ["QR_SOURCE_DIR"]) / "perf" / "guard"))
import guard

TOOLS = {"compiler": "GNU 12.2.0", "flags": "-O2", "valgrind": "valgrind-3.19.0", "libc": "2.36"}


class Judge(unittest.TestCase):
    def judge(self, committed, found):
        return list(guard.judge(committed, found))

    def test_passes_what_moved_by_less_than_two_percent(self):
        self.assertEqual([], self.judge({"a": 10000, "b": 10000}, {"a": 10190, "b": 9810}))
        self.assertEqual([], self.judge({"a": 10000}, {"a": 10200}))
        self.assertEqual([], list(guard.judge({"a": 10000}, {"a": 10500}, 5)))
        self.assertEqual(1, len(list(guard.judge({"a": 10000}, {"a": 10510}, 5))))

    def test_fails_what_became_slower(self):
        self.assertEqual(["a: 10210 instructions, +2.10 % more than the committed 10000, allowed "
                          "are 2 %"], self.judge({"a": 10000}, {"a": 10210}))

    def test_fails_a_gain_that_is_not_written_down(self):
        self.assertEqual(["a: 9790 instructions, -2.10 % fewer than the committed 10000, allowed "
                          "are 2 %"], self.judge({"a": 10000}, {"a": 9790}))

    def test_names_each_path_that_moved_and_no_other(self):
        wrong = self.judge({"a": 100, "b": 100, "c": 100}, {"a": 103, "b": 100, "c": 200})
        self.assertEqual(["a", "c"], [line.partition(":")[0] for line in wrong])

    def test_names_paths_that_only_one_side_knows(self):
        self.assertEqual(["gone: committed, but hot_paths does not know it",
                          "new: hot_paths knows it, but no count is committed"],
                         self.judge({"gone": 1, "same": 1}, {"new": 1, "same": 1}))


class Output(unittest.TestCase):
    def test_is_read_from_the_line_of_totals(self):
        self.assertEqual(55148, guard.total("events: Ir\nsummary: 0\n0 1\n\ntotals: 55148\n"))

    def test_that_counted_nothing_is_an_error(self):
        for text in ("", "totals: 0\n", "totals:  x\n", "totals: 1\ntotals: 2\n"):
            with self.assertRaises(guard.GuardError, msg=text):
                guard.total(text)


class Run(unittest.TestCase):
    def test_tells_why_a_program_failed(self):
        with self.assertRaisesRegex(guard.GuardError, "exit status 1: wrong: rank: differs"):
            guard.run(["sh", "-c", "echo 'wrong: rank: differs' >&2; exit 1"])
        with self.assertRaisesRegex(guard.GuardError, "no_such_program"):
            guard.run(["/no_such_program"])

    def test_has_the_same_environment_everywhere(self):
        with mock.patch.dict(os.environ, {"MALLOC_ARENA_MAX": "1", "GLIBC_TUNABLES": "x"}):
            self.assertEqual(["LC_ALL=C", "PATH=/usr/bin:/bin"],
                             sorted(guard.run(["env"]).split()))


class Dialects(unittest.TestCase):
    """Of the committed counts: speaking as others do costs hardly more than the native dialect."""

    ALLOWED_PERCENT = 15

    def test_cost_little_more_than_the_native_one(self):
        counts = json.loads(guard.FIGURES.read_text())["instructions"]
        for prefix, others in (("dialect_", 8), ("binary_dialect_", 1)):
            native = counts[f"{prefix}native"]
            found = {name: guard.percent(native, count) for name, count in counts.items()
                     if name.startswith(prefix) and name != f"{prefix}native"}
            self.assertEqual(others, len(found), found)
            for name, more in found.items():
                self.assertLessEqual(more, self.ALLOWED_PERCENT, name)


class Commands(unittest.TestCase):
    """check and update with figures in a folder of their own and counts made up here."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.figures = pathlib.Path(folder.name) / "instructions.json"
        self.figures.write_text(json.dumps({"tools": TOOLS, "instructions": {"a": 1000}}))

    def run_guard(self, command, found, tools=None, missing=None):
        said = io.StringIO()
        with mock.patch.multiple(guard, FIGURES=self.figures, missing=lambda: missing,
                                 tools=lambda _: dict(TOOLS, **(tools or {})),
                                 measure=lambda _: found), contextlib.redirect_stdout(said):
            return command("hot_paths"), said.getvalue()

    def test_check_passes_the_committed_counts(self):
        status, said = self.run_guard(guard.check, {"a": 1000})
        self.assertEqual(0, status)
        self.assertNotIn("skipped", said)

    def test_check_fails_and_says_how_to_update(self):
        status, said = self.run_guard(guard.check, {"a": 1021})
        self.assertEqual(1, status)
        self.assertIn("a: 1021 instructions, +2.10 % more than the committed 1000", said)
        self.assertIn("scripts/guard.sh --update", said)

    def test_check_skips_another_compiler_by_name(self):
        status, said = self.run_guard(guard.check, {"a": 9}, tools={"compiler": "GNU 14.1.0"})
        self.assertEqual((0, "skipped=1: compiler is 'GNU 14.1.0', the figures are of "
                             "'GNU 12.2.0'\n"), (status, said))

    def test_check_skips_a_machine_that_cannot_count(self):
        status, said = self.run_guard(guard.check, {"a": 9}, missing="the CPU lacks avx2")
        self.assertEqual((0, "skipped=1: the CPU lacks avx2\n"), (status, said))

    def test_update_shows_the_difference_and_writes_it(self):
        status, said = self.run_guard(guard.update, {"a": 900, "b": 5}, tools={"libc": "2.99"})
        self.assertEqual(0, status)
        self.assertRegex(said, r"a +1000 +900 +-10.00 %\nb +5 +new\n")
        self.assertIn("libc is '2.99', the figures are of '2.36'", said)
        self.assertEqual({"tools": dict(TOOLS, libc="2.99"), "instructions": {"a": 900, "b": 5}},
                         json.loads(self.figures.read_text()))

    def test_update_refuses_a_machine_that_cannot_count(self):
        before = self.figures.read_text()
        with self.assertRaisesRegex(guard.GuardError, "valgrind is not installed"):
            self.run_guard(guard.update, {"a": 9}, missing="valgrind is not installed")
        self.assertEqual(before, self.figures.read_text())


if __name__ == "__main__":
    unittest.main()
