"""What is concluded from many clients that search."""

import os
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
sys.path[:0] = [str(SOURCE / "perf" / folder) for folder in ("http", "shared")]

import search_clients_report  # noqa: E402


def one_round(clients_per_s, p99_us, calls_per_s, call_us):
    return {"search_resident": {"ok_per_s": clients_per_s, "p50_us": 1.0, "p99_us": p99_us},
            "search_batch": {"ok_per_s": calls_per_s, "p50_us": call_us, "p99_us": 2.0}}


class Bars(unittest.TestCase):
    def test_count_queries_and_take_the_middle_round(self):
        rounds = [one_round(576, 2000, 10, 1000), one_round(512, 2500, 10, 1000),
                  one_round(64, 9000, 10, 1000)]
        share, scans = search_clients_report.bars(rounds)
        self.assertEqual((0.8, True), (share["found"], share["met"]))
        self.assertEqual((2.5, True), (scans["found"], scans["met"]))

    def test_can_be_missed(self):
        bars = search_clients_report.bars([one_round(500, 3001, 10, 1000)])
        self.assertEqual([False, False], [bar["met"] for bar in bars])


class Table(unittest.TestCase):
    def test_names_what_was_missed(self):
        rounds = [one_round(500, 2000, 10, 1000)]
        result = {"rounds": rounds, "bars": search_clients_report.bars(rounds), "cpu": "a CPU",
                  "cores": 2, "commit": "c", "dirty": False, "command": "x"}
        table = search_clients_report.table(result)
        self.assertIn("| one client, 64 queries a request | 640.0 | 1.0 | 0.0 |", table)
        self.assertIn("| 0.78 | at least 0.8 | **missed** |", table)


if __name__ == "__main__":
    unittest.main()
