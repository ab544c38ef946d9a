"""What the comparison concludes from its rounds, and how its tables read."""

import os
import pathlib
import sys
import unittest
from typing import NamedTuple

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
sys.path[:0] = [str(SOURCE / "perf" / folder) for folder in ("http", "peers", "shared")]

import peers_report  # noqa: E402


def http_round(**cpu_us):
    defaults = {"ours_binary": 100, "fastapi_binary": 400, "ours_json": 1000,
                "fastapi_json": 4000, "fastapi_pydantic": 20_000}
    return {name: {"cpu_us": cost, "requests_per_s": 1e6 / cost}
            for name, cost in {**defaults, **cpu_us}.items()}


class Bars(unittest.TestCase):
    def missed(self, *rounds):
        return [bar["what"] for bar in peers_report.bars(rounds) if not bar["met"]]

    def test_are_met_by_ratios_that_just_reach_them(self):
        self.assertEqual([], self.missed(http_round()))
        self.assertEqual([4, 4, 20], [bar["found"] for bar in peers_report.bars([http_round()])])

    def test_are_missed_one_by_one(self):
        for target, what in (("fastapi_binary", "binary, FastAPI + numpy"),
                             ("fastapi_json", "JSON, FastAPI + json.loads"),
                             ("fastapi_pydantic", "JSON, FastAPI with Pydantic")):
            missed = self.missed(http_round(**{target: 399}))
            self.assertEqual(1, len(missed), missed)
            self.assertTrue(missed[0].startswith(what), missed)

    def test_take_the_median_of_ratios_within_a_round(self):
        # Medians of each side alone would give 400 / 100.
        rounds = [http_round(ours_binary=100, fastapi_binary=300),
                  http_round(ours_binary=200, fastapi_binary=400),
                  http_round(ours_binary=50, fastapi_binary=500)]
        self.assertEqual(3, peers_report.bars(rounds)[0]["found"])


class TextBar(unittest.TestCase):
    @staticmethod
    def bar(*rounds):
        return peers_report.text_bars([{name: {"cpu_us": cost} for name, cost in each.items()}
                                       for each in rounds])[0]

    def test_is_about_the_cheapest_of_the_others(self):
        bar = self.bar({"ours_text": 10, "fastapi_orjson": 200, "fastapi_pydantic": 900})
        self.assertEqual((20, True), (bar["found"], bar["met"]))
        bar = self.bar({"ours_text": 10, "fastapi_orjson": 300, "parallel_orjson": 199})
        self.assertEqual((19.9, False), (bar["found"], bar["met"]))

    def test_takes_the_median_of_ratios_within_a_round(self):
        self.assertEqual(30, self.bar({"ours_text": 10, "a": 300}, {"ours_text": 20, "a": 400},
                                      {"ours_text": 5, "a": 500})["found"])


class Rows(unittest.TestCase):
    def test_compare_a_target_with_ours_of_the_same_form(self):
        class Target(NamedTuple):
            name: str
            form: str
            what: str
        notes = {"version": "1"}
        rows = peers_report.http_rows(
            [Target("fastapi_json", "json", "x")], [http_round()], {"fastapi_json": notes})
        self.assertEqual([{"name": "fastapi_json", "what": "x", "version": "1", "cpu_us": 4000,
                           "requests_per_s": 250, "vs_ours": 4}], rows)

    def test_compare_best_threads_with_our_best(self):
        rounds = [{("ours", 1, 100): {"us": 10}, ("ours", 2, 100): {"us": 8},
                   ("a", 1, 100): {"us": 30}, ("a", 2, 100): {"us": 16},
                   ("b", 1, 100): {"us": 12}, ("b", 2, 100): {"us": 900}}]
        self.assertEqual(
            {"documents": 100, "us": {1: 30, 2: 16}, "one_thread_us": 30, "one_thread_vs_ours": 3,
             "best_threads": 2, "best_us": 16, "best_vs_ours": 2},
            peers_report.scoring_row("a", 100, rounds, [1, 2]))
        b = peers_report.scoring_row("b", 100, rounds, [1, 2])
        self.assertEqual((1, 12, 1.5), (b["best_threads"], b["best_us"], b["best_vs_ours"]))


NOTES = {"version": "1.2", "settings": "plain", "command": "run it", "answer": "equal",
         "hash": "abc"}


def result():
    http = {"name": "ours_binary", "what": "ours, binary", **NOTES, "cpu_us": 75.93,
            "requests_per_s": 11_000, "vs_ours": 1}
    nginx = {**http, "name": "nginx_binary", "what": "nginx reads", "vs_ours": 0.5,
             "answer": "none: it reads the body", "hash": ""}
    scoring = {"name": "numpy", "what": "numpy", **NOTES, "one_thread_us": 20.04,
               "one_thread_vs_ours": 4.2, "best_threads": 1, "best_us": 20.04, "best_vs_ours": 4.3}
    return {"bars": [{"what": "binary", "found": 3.987, "bar": 4.0, "met": False},
                     {"what": "JSON", "found": 21.0, "bar": 20.0, "met": True}],
            "http": [{"documents": 100, "load": "wrk, 3 s a turn", "rows": [http, nginx]},
                     {"documents": 1000, "load": "one by one",
                      "rows": [{**http, "answer": "other", "hash": "def"}, nginx]}],
            "scoring": [{"documents": 100, "rows": [scoring]}],
            "expected_hashes": {100: "abc", 1000: "def"},
            "cpu": "Some CPU", "cores": 2, "commit": "123", "dirty": False,
            "command": "scripts/peers.sh "}


class Table(unittest.TestCase):
    def setUp(self):
        self.lines = peers_report.table(result()).splitlines()

    def test_says_which_bars_are_missed(self):
        self.assertIn("| binary | 3.99 | 4 | **missed** |", self.lines)
        self.assertIn("| JSON | 21.00 | 20 | met |", self.lines)

    def test_has_a_row_for_each_target_and_library(self):
        self.assertIn("| ours, binary | 75.9 | 1.00 | 11000.0 |", self.lines)
        self.assertIn("| numpy | 20.0 | 4.20 | 20.0 | 1 | 4.30 |", self.lines)

    def test_says_under_which_load_each_size_was_measured(self):
        self.assertIn("HTTP, 100 documents a request; wrk, 3 s a turn:", self.lines)
        self.assertIn("HTTP, 1000 documents a request; one by one:", self.lines)

    def test_states_version_settings_and_the_answer_of_each_size(self):
        self.assertIn("| ours, binary | 1.2 | plain | 100: equal `abc`; 1000: other `def` |",
                      self.lines)
        self.assertIn("| nginx reads | 1.2 | plain | 100: none: it reads the body; 1000: none: "
                      "it reads the body |", self.lines)

    def test_lists_each_command_once_for_a_family(self):
        self.assertEqual(2, self.lines.count("run it"))  # two families

    def test_of_texts_has_no_libraries(self):
        without = {key: value for key, value in result().items() if key != "scoring"}
        lines = peers_report.text_table(without).splitlines()
        self.assertIn("| ours, binary | 75.9 | 1.00 | 11000.0 |", lines)
        self.assertNotIn("| numpy | 20.0 | 4.20 | 20.0 | 1 | 4.30 |", lines)

    def test_ends_with_the_expected_hashes_and_the_machine(self):
        self.assertEqual(["Hashes of the expected rankings: 100: `abc`; 1000: `def`.", "",
                          "Some CPU, 2 cores; commit 123; `scripts/peers.sh`."], self.lines[-3:])


if __name__ == "__main__":
    unittest.main()
