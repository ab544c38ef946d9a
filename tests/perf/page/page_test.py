"""docs/PERFORMANCE.md is what the results give, and a section is printed from its file."""

import contextlib
import io
import os
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
sys.path.insert(0, str(SOURCE / "perf" / "page"))

import page  # noqa: E402
import sweep_report  # noqa: E402

ORIGIN = {"cpu": "A CPU", "cores": 2, "commit": "abc", "dirty": False, "command": "run"}
POINT = {"documents": 10, "dimension": 768, "clients": 4, "cpu_us": 12.4, "requests_per_s": 5000.2,
         "p50_us": 800, "p99_us": 1900}
STEP = {"share": 0.5, "rate": 2500.4, "p50_us": 300, "p99_us": 900, "p999_us": 2000}
SWEEP = {**ORIGIN, "settings": {"small": [10, 384]},
         **{key: {name: [POINT] for name in (*sweep_report.FORMS, sweep_report.FLOOR)}
            for key in ("documents", "dimension", "clients")},
         "rates": {form: {"capacity_per_s": 5000, "steps": [STEP]} for form in sweep_report.FORMS}}


class Committed(unittest.TestCase):
    def test_page_is_what_the_results_give(self):
        text = page.PAGE.read_text(encoding="utf-8")
        self.assertEqual(page.render(text), text, "scripts/performance_page.sh renews it")

    def test_page_has_every_section_once(self):
        text = page.PAGE.read_text(encoding="utf-8")
        kinds = [match.group(1) for match in page.SECTION.finditer(text)]
        self.assertEqual(sorted(page.TABLES), sorted(kinds))

    def test_drawings_that_the_page_shows_are_there(self):
        text = page.PAGE.read_text(encoding="utf-8")
        for name in ("documents", "dimension", "clients", "rate"):
            self.assertIn(f"(plots/{name}.svg)", text)
            self.assertIn("<svg", (page.PLOTS / f"{name}.svg").read_text(encoding="utf-8"))


class Render(unittest.TestCase):
    TEXT = "a\n<!-- sweep:begin x.json -->\nold\n<!-- sweep:end -->\nb"

    def test_replaces_what_stands_between_the_marks_alone(self):
        asked = []
        text = page.render(self.TEXT, lambda file: asked.append(file) or SWEEP)
        self.assertEqual(["x.json"], asked)
        self.assertTrue(text.startswith("a\n<!-- sweep:begin x.json -->\n![cost"))
        self.assertTrue(text.endswith("A CPU, 2 cores; commit abc; `run`.\n<!-- sweep:end -->\nb"))
        self.assertNotIn("old", text)
        self.assertEqual(text, page.render(text, lambda _: SWEEP))

    def test_refuses_a_section_that_nobody_prints(self):
        with self.assertRaisesRegex(SystemExit, "found a section 'other', allowed are bench"):
            page.render(self.TEXT.replace("sweep", "other"), lambda _: SWEEP)

    def test_a_section_that_is_missing_is_named(self):
        self.assertEqual("x.json", page.file_of(self.TEXT, "sweep"))
        with self.assertRaisesRegex(SystemExit, "no section 'bench'"):
            page.file_of(self.TEXT, "bench")


class Sweep(unittest.TestCase):
    def test_table_has_a_row_for_each_point(self):
        text = sweep_report.table(SWEEP)
        self.assertIn("| 10 | 12 | 5000 | 12 | 5000 | 12 | 5000 | 12 |", text)
        self.assertIn("| 4 | 5000 | 0.80 | 1.90 |", text)
        self.assertIn("| 0.5 | 2500 | 0.30 | 0.90 | 2.00 |", text)

    def test_forms_of_different_length_are_refused(self):
        short = {**SWEEP, "clients": {**SWEEP["clients"], "json": []}}
        with self.assertRaises(ValueError):
            sweep_report.table(short)


class Check(unittest.TestCase):
    def test_says_what_renews_the_page_when_it_is_not_equal(self):
        shown, sys.argv = io.StringIO(), ["page.py", "--check"]
        render, page.render = page.render, lambda text: text + "more"
        try:
            with contextlib.redirect_stderr(shown):
                self.assertEqual(1, page.main())
        finally:
            page.render = render
        self.assertIn("scripts/performance_page.sh renews it", shown.getvalue())


if __name__ == "__main__":
    unittest.main()
