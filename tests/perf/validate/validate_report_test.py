"""What is printed: every row, within 100 columns, coloured for terminals alone."""

import io
import unittest
from unittest import mock

import validation_parts  # noqa: F401: finds the modules

import budgets
import figures
import report
import verdicts
from figures import Figure

RESULT = {"url": "http://127.0.0.1:1", "version": "1", "time": "now", "accuracy": {
    "data": "d", "embeddings": "e", "queries": 3, "queries_judged": 9, "documents": 5,
    "control_ndcg_10": 0.5, "methods": {"signed_fidelity": {
        "ndcg_10": 0.5, "improvement": 0.0, "queries_ranked_as_control": 3}}}}


def row(figure, value, required=True, allowed=5.0, why=""):
    limit = "at_most" if figures.KINDS[figure].is_better == "lower" else "at_least"
    budget = budgets.Budget("budget", figure, limit, allowed, required, "ours")
    return verdicts.of_budget(budget, Figure(value, why))


ROWS = [row("wrong_answers", 0), row("latency_100_binary_p50_ms", 1e15, why="slow " * 60),
        row("accuracy_improvement", None, False), row("throughput_per_s", 123456.789),
        verdicts.Verdict("device", "device that served", "met", True, "cpu", "is", "cpu",
                         why="answers by backend: " + "backend 1000, " * 20),
        verdicts.Verdict("baseline", "all figures", "no baseline", True, why="no file")]


class Table(unittest.TestCase):
    def test_has_every_row_within_100_columns(self):
        text = report.table(RESULT, ROWS, False)
        for wanted in ROWS:
            self.assertIn(wanted.what, text)
        self.assertLessEqual(max(map(len, text.splitlines())), 100)
        self.assertIn(" 123457 requests/s ", text)
        self.assertIn("nDCG@10 0.5000    +0.00 %  ranked alike: 3 of 3", text)

    def test_ends_with_what_decided(self):
        end = report.table(RESULT, ROWS, False).splitlines()[-1]
        self.assertEqual("FAILED: 1 required not met: latency_100_binary_p50_ms", end)
        end = report.table(RESULT, [ROWS[0], *ROWS[2:]], False).splitlines()[-1]
        self.assertEqual("PASSED: everything required is met", end)

    def test_is_coloured_for_a_terminal_alone(self):
        self.assertNotIn("\033", report.table(RESULT, ROWS, False))
        self.assertIn("\033[31mmissed      \033[0m", report.table(RESULT, ROWS, True))
        self.assertFalse(report.has_colour(io.StringIO()))
        terminal = mock.Mock(isatty=lambda: True)
        with mock.patch.dict("os.environ", clear=True):
            self.assertTrue(report.has_colour(terminal))
        with mock.patch.dict("os.environ", {"NO_COLOR": ""}):
            self.assertFalse(report.has_colour(terminal))


class ExitStatus(unittest.TestCase):
    def test_is_1_where_something_required_is_missed_or_not_measured(self):
        def status(*rows):
            return verdicts.exit_status(rows)

        self.assertEqual(0, status(row("wrong_answers", 5)))
        self.assertEqual(1, status(row("wrong_answers", 6)))
        self.assertEqual(1, status(row("wrong_answers", None)))
        self.assertEqual(0, status(row("wrong_answers", 6, False)))
        self.assertEqual(0, status(row("wrong_answers", None, False)))
        self.assertEqual(1, status(row("wrong_answers", 5), row("throughput_per_s", 4.9)))


if __name__ == "__main__":
    unittest.main()
