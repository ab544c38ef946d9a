"""What is concluded from starts of a server."""

import os
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
sys.path[:0] = [str(SOURCE / "perf" / folder) for folder in ("http", "shared")]

import start_up_report  # noqa: E402


def one_round(read_s, ready_s):
    turn = {"bytes": 3e8, "read_s": read_s, "ready_s": ready_s}
    return {"plain": turn, "encrypted": {**turn, "ready_s": 2 * ready_s}}


class StartUp(unittest.TestCase):
    def test_takes_the_middle_round(self):
        rounds = [one_round(1, 2), one_round(1, 1), one_round(1, 10)]
        (bar,) = start_up_report.bars(rounds)
        self.assertEqual((0.5, True), (bar["found"], bar["met"]))

    def test_can_miss_its_bar(self):
        (bar,) = start_up_report.bars([one_round(1, 2.01)])
        self.assertFalse(bar["met"])

    def test_shows_what_was_missed(self):
        rounds = [one_round(0.25, 1)]
        table = start_up_report.table({"rounds": rounds, "bars": start_up_report.bars(rounds),
                                       "cpu": "a CPU", "cores": 2, "commit": "c", "dirty": False,
                                       "command": "x"})
        self.assertIn("| as it is | 300 | 0.25 | 1.00 | 0.25 |", table)
        self.assertIn("| encrypted | 300 | 0.25 | 2.00 | 0.12 |", table)
        self.assertIn("| 0.25 | at least 0.5 | **missed** |", table)


if __name__ == "__main__":
    unittest.main()
