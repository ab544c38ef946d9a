"""What report.py makes of results: checks, merging, tables."""

import copy
import json
import os
import pathlib
import sys
import unittest

ROOT = pathlib.Path(os.environ["QR_SOURCE_DIR"])
sys.path.insert(0, str(ROOT / "perf" / "gpu"))

import report  # noqa: E402

BASE = {"device": "NVIDIA Test", "commit": "abc", "dirty": True, "built_for": "90-real",
        "command": "perf/gpu.sh", "driver": "580.1", "cpu": "some", "kernel": "6",
        "suite": None, "sanitizer": None, "bench": None, "torch": None}
SUITE = {"status": "passed", "seconds": 3, "tests": 10, "failed": 0, "skipped": 2}
SANITIZER = {"version": "1", "memcheck": {"status": "passed", "seconds": 9,
                                          "summary": "SUMMARY: 0 errors"}}


def bench(*bars):
    return {"device": {}, "ceilings": {"copy": {}, "multiply_add": {}, "matrix": {}},
            "bars": list(bars)}


def bar(found, met, limit="at least", **more):
    return {"what": "speed", "found": found, "limit": limit, "bar": 0.8, "met": met, **more}


class Checks(unittest.TestCase):
    def test_take_partial_results(self):
        report.check({**BASE, "suite": SUITE})
        report.check({**BASE, "bench": bench(bar(0.9, True), bar(0.9, False, "at most"),
                                             bar(None, None, why="no cuBLAS"))})

    def test_refuse_what_is_missing_or_judged_wrongly(self):
        for wrong in ({k: v for k, v in BASE.items() if k != "driver"},
                      {k: v for k, v in BASE.items() if k != "torch"},
                      {**BASE, "suite": {**SUITE, "failed": "none"}},
                      {**BASE, "bench": {"bars": []}},
                      {**BASE, "bench": bench(bar(0.7, True))},
                      {**BASE, "bench": bench(bar(0.9, True, "about"))},
                      {**BASE, "bench": bench(bar(None, True, why="x"))},
                      {**BASE, "bench": bench(bar(None, None))}):
            with self.assertRaises(report.WrongResult):
                report.check(copy.deepcopy(wrong))


class Merging(unittest.TestCase):
    def test_takes_of_each_part_the_one_that_ran(self):
        merged = report.merge([{**BASE, "command": "a", "suite": SUITE},
                               {**BASE, "command": "b", "sanitizer": SANITIZER}])
        self.assertEqual(SUITE, merged["suite"])
        self.assertEqual(SANITIZER, merged["sanitizer"])
        self.assertIsNone(merged["bench"])
        self.assertEqual("a; b", merged["command"])

    def test_refuses_runs_of_two_devices_or_commits(self):
        for key in ("device", "commit"):
            with self.assertRaises(report.WrongResult):
                report.merge([BASE, {**BASE, key: "another"}])


class Tables(unittest.TestCase):
    def test_tell_tests_tools_and_bars(self):
        text = report.table({**BASE, "suite": SUITE, "sanitizer": SANITIZER,
                             "bench": bench(bar(0.7, False), bar(None, None, why="no cuBLAS"))})
        for word in ("NVIDIA Test", "abc with changes", "8 passed, 0 failed, 2 skipped",
                     "memcheck: passed, SUMMARY: 0 errors", "| speed | 0.7 | ≥ 0.8 | **missed** |",
                     "not measured: no cuBLAS"):
            self.assertIn(word, text)

    def test_tell_why_a_benchmark_ended(self):
        text = report.table({**BASE, "bench": {"status": "failed", "message": "wrong: copy"}})
        self.assertIn("The benchmark failed: wrong: copy", text)


class Pages(unittest.TestCase):
    def test_hold_the_tables_between_their_marks(self):
        text = report.page(f"a\n{report.BEGIN}\nold\n{report.END}\nb", [{**BASE, "suite": SUITE}])
        self.assertNotIn("old", text)
        self.assertIn("8 passed, 0 failed", text)
        self.assertEqual(("a", "b"), (text.splitlines()[0], text.splitlines()[-1]))
        with self.assertRaises(report.WrongResult):
            report.page("no marks", [BASE])

    def test_the_committed_page_is_that_of_the_committed_results(self):
        results = [json.loads(path.read_text(encoding="utf-8"))
                   for path in sorted((ROOT / "perf" / "results").glob("*.json"))]
        results = [result for result in results if "sanitizer" in result]
        for result in results:
            report.check(result)
        written = (ROOT / "docs" / "GPU.md").read_text(encoding="utf-8")
        self.assertEqual(report.page(written, results), written)


if __name__ == "__main__":
    unittest.main()
