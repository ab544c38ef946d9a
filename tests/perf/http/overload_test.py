"""The overload experiment's conclusions: recovery, bars and metrics read from given figures."""

import argparse
import copy
import math
import os
import pathlib
import sys
import unittest

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
sys.path.insert(0, str(SOURCE / "perf" / "http"))

import overload  # noqa: E402
import overload_report  # noqa: E402

ARGUMENTS = argparse.Namespace(seconds=2, max_concurrent_requests=64, jobs_per_batch=8, lanes=1,
                               batch_ms=20, bound_ms=None)
ROWS_A_STEP = 20
SHARES = (0.5, 1, 2, 5, 10, 0.5)


def row(p99_us, refused=0):
    return {"429": refused, "other": 0, "failed": 0, "2xx_p99_us": p99_us}


def rows_with(last_step):
    busy = [row(900, 50)] * ROWS_A_STEP * 4
    return [row(100)] * ROWS_A_STEP + busy + last_step


def step(share):
    latency = {"2xx": {"count": 9, "p99_us": 150_000}, "429": {"count": 9, "p99_us": 2_000},
               "other": {"count": 0}}
    return {"share": share, "goodput": min(share, 0.97), "latency": latency,
            "lag": {"p99_us": 100}, "server": {"cores": 0.2, "machine_cores": 0.4,
                                               "rss_bytes": 50 << 20}}


GOOD = {
    "bound_ms": 200, "cores": 2, "server_counts": {"refusals": 90},
    "open_loop": {"recovery_s": 0.3, "steps": [step(share) for share in SHARES],
                  "total": {"answered": 190, "statuses": {"200": 100, "429": 90},
                            "refused_without_retry_after": 0, "failures": {"reset": 0}}}}


class Recovery(unittest.TestCase):
    def recovery(self, last_step):
        return overload.recovery_seconds(rows_with(last_step), SHARES, ARGUMENTS)

    def test_is_immediate_when_all_rows_are_calm(self):
        self.assertEqual(0, self.recovery([row(125)] * ROWS_A_STEP))

    def test_lasts_while_there_are_refusals_or_slow_answers(self):
        self.assertEqual(0.3, self.recovery([row(100, 1), row(100), row(126)]
                                            + [row(100)] * (ROWS_A_STEP - 3)))

    def test_is_endless_when_no_second_is_calm(self):
        self.assertEqual(math.inf, self.recovery(([row(100)] * 9 + [row(100, 1)]) * 2))


class Bars(unittest.TestCase):
    def missed(self, change):
        result = copy.deepcopy(GOOD)
        change(result)
        return [bar["what"] for bar in overload_report.bars(result) if not bar["met"]]

    def test_are_met_by_good_figures(self):
        self.assertEqual([], self.missed(lambda result: None))

    def test_look_at_the_worst_overload_and_leave_the_calm_steps_out(self):
        self.assertEqual([], self.missed(lambda r: r["open_loop"]["steps"][0].update(goodput=0.4)))
        self.assertEqual(["goodput, the least, as a share of capacity"],
                         self.missed(lambda r: r["open_loop"]["steps"][3].update(goodput=0.89)))

    def test_are_missed_one_by_one(self):
        def worst(status, p99_us):
            return lambda r: r["open_loop"]["steps"][4]["latency"][status].update(p99_us=p99_us)

        def total(**changes):
            return lambda r: r["open_loop"]["total"].update(changes)

        cases = {
            "refusals, 99th": worst("429", 5_001),
            "admitted, 99th": worst("2xx", 200_001),
            "resident memory": lambda r: r["open_loop"]["steps"][4]["server"].update(
                rss_bytes=59 << 20),
            "recovery": lambda r: r["open_loop"].update(recovery_s=math.inf),
            "429 without Retry-After": total(refused_without_retry_after=1),
            "requests without an answer": total(failures={"reset": 1}),
            "answers other": total(answered=191),
            "429 that server and tool": lambda r: r["server_counts"].update(refusals=91),
        }
        for what, change in cases.items():
            missed = self.missed(change)
            self.assertEqual(1, len(missed), (what, missed))
            self.assertTrue(missed[0].startswith(what), (what, missed))

    def test_call_a_busy_machine_and_a_late_tool_unfit(self):
        self.assertTrue(all(fit["met"] for fit in overload_report.fitness(GOOD, 0.8)))
        for change in (lambda s: s["lag"].update(p99_us=1_001),
                       lambda s: s["server"].update(machine_cores=1.7)):
            result = copy.deepcopy(GOOD)
            change(result["open_loop"]["steps"][2])
            self.assertEqual(1, sum(not fit["met"] for fit in overload_report.fitness(result, 0.8)))


class Reading(unittest.TestCase):
    def test_sums_the_series_of_one_metric_alone(self):
        text = '# TYPE a_b counter\na_b{x="1"} 2\na_b{x="2"} 3\na_b_c 9\nd 1\n'
        self.assertEqual(5, overload.metric(text, "a_b"))
        self.assertEqual(1, overload.metric(text, "d"))
        with self.assertRaises(SystemExit):
            overload.metric(text, "e")

    def test_bounds_the_wait_by_the_formula_unless_told(self):
        self.assertEqual(200, overload.bound_ms(ARGUMENTS))
        told = argparse.Namespace(**{**vars(ARGUMENTS), "bound_ms": 50})
        self.assertEqual(50, overload.bound_ms(told))


if __name__ == "__main__":
    unittest.main()
