"""What the comparison of searches concludes from its figures."""

import os
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
sys.path[:0] = [str(SOURCE / "perf" / folder) for folder in ("http", "peers", "shared")]

import search_report  # noqa: E402


def part(data, dimension, rounds):
    answers = {"ours_float32": "the expected ranking", "ours_auto": "the expected ranking",
               "exact": "1 of 10 places differ", "rough": "recall 0.9000"}
    return {"data": data, "dimension": dimension, "rows": 1000, "k": 10, "rounds_us": rounds,
            "searchers": [{"name": name, "what": name, "package": "", "scan": "float16",
                           "versions": {}, "instruction_set": "avx2", "blas": "none",
                           "answer": answer} for name, answer in answers.items()]}


def one_round(float32, auto, exact, rough):
    return {name: {"1": us, "4": 4 * us} for name, us in
            (("ours_float32", float32), ("ours_auto", auto), ("exact", exact), ("rough", rough))}


PARTS = [part("gaussian", 768, [one_round(100, 50, 150, 10), one_round(100, 50, 170, 10),
                                one_round(1000, 500, 1800, 100)]),
         part("clustered", 384, [one_round(100, 50, 300, 10)])]


class Bars(unittest.TestCase):
    def test_are_the_least_of_all_rows_beside_exact_peers_alone(self):
        bars = search_report.bars(PARTS)
        self.assertEqual([1.7, 3.4], [bar["found"] for bar in bars])
        self.assertTrue(all("4 queries" in bar["what"] and "gaussian, 768" in bar["what"]
                            for bar in bars))
        self.assertEqual([True, True], [bar["met"] for bar in bars])

    def test_can_be_missed(self):
        slow = [part("gaussian", 768, [one_round(100, 50, 110, 10)])]
        self.assertEqual([False, False], [bar["met"] for bar in search_report.bars(slow)])


class Tables(unittest.TestCase):
    def test_have_a_line_for_each_searcher(self):
        result = {"parts": PARTS, "bars": search_report.bars(PARTS), "cpu": "a CPU", "cores": 2,
                  "commit": "c", "dirty": False, "command": "scripts/peers.sh --only search"}
        table = search_report.table(result)
        self.assertIn("| exact | 0.2 | 3.40 | 0.7 | 3.40 | 1 of 10 places differ |", table)
        self.assertIn("| rough | 0.0 | 0.20 | 0.0 | 0.20 | recall 0.9000 |", table)


if __name__ == "__main__":
    unittest.main()
