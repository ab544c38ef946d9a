"""The drawing of qr_load's results: which points, and the same file from the same numbers."""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("QR_SOURCE_DIR", pathlib.Path(__file__).parents[3]))
PLOT = SOURCE / "perf" / "load" / "plot.py"
sys.path.insert(0, str(PLOT.parent))

HAS_MATPLOTLIB = importlib.util.find_spec("matplotlib") is not None
if HAS_MATPLOTLIB:
    import plot  # noqa: E402

needs_matplotlib = unittest.skipUnless(HAS_MATPLOTLIB, "needs python3-matplotlib")
TIMEOUT_S = 120


def latency(count, p50_us=0):
    quantiles = {"p50_us": p50_us, "p99_us": 10 * p50_us, "p999_us": 20 * p50_us}
    return {"count": count, **(quantiles if count else {})}


def step(rate, ok=100, refused=0, timeouts=0, **more):
    return {"rate": rate, "seconds": 2, "failures": {"timeout": timeouts, "reset": 0},
            "latency": {"2xx": latency(ok, 100 + rate), "429": latency(refused, 1),
                        "other": latency(0)}, **more}


def row(from_s, ok, refused=0):
    return {"from_s": from_s, "2xx": ok, "429": refused, "other": 0, "failed": 0,
            "2xx_p50_us": 100, "2xx_p99_us": 1000, "2xx_p999_us": 2000}


STEPS = {"scenario": "stairs", "steps": [step(0), step(40, 75, 20, 5), step(10), step(80, 0, 50)]}
RAMP = {"steps": [step(10), step(20, rate_end=40)],
        "rows": [row(0, 5), row(1, 5), row(2, 5), row(3, 0, 7)]}


@needs_matplotlib
class Points(unittest.TestCase):
    def test_are_the_steps_by_rate_without_pauses(self):
        (series,) = plot.against_rate(STEPS)
        self.assertEqual([10, 40, 80], [point.at for point in series])
        self.assertEqual([0, 25, 100], [point.lost_percent for point in series])
        self.assertEqual({"p50_us": 140, "p99_us": 1400, "p999_us": 2800},
                         series[1].latencies_us)
        self.assertEqual({}, series[2].latencies_us, "nothing was answered 2xx")

    def test_are_the_rows_of_a_ramp_at_the_rate_in_their_middle(self):
        even, ramp = plot.against_rate(RAMP)
        self.assertEqual([10], [point.at for point in even])
        self.assertEqual([25, 35], [point.at for point in ramp])
        self.assertEqual({}, ramp[1].latencies_us)
        self.assertEqual(100, ramp[1].lost_percent)

    def test_are_all_rows_against_time(self):
        (series,) = plot.against_time(RAMP)
        self.assertEqual([0.5, 1.5, 2.5, 3.5], [point.at for point in series])
        self.assertEqual([], plot.against_time(STEPS))


@needs_matplotlib
class File(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="qr-plot-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def plot(self, *results, against="rate"):
        """(exit status, SVG or None, standard error)."""
        files = []
        for number, result in enumerate(results):
            files.append(self.folder / f"run{number}.json")
            files[-1].write_text(json.dumps(result))
        output = self.folder / "plot.svg"
        output.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-B", PLOT, *files, "--output", output, "--against", against],
            capture_output=True, timeout=TIMEOUT_S, check=False)
        return (done.returncode, output.read_text() if output.exists() else None,
                done.stderr.decode())

    def test_is_the_same_for_the_same_numbers(self):
        status, first, _ = self.plot(STEPS)
        self.assertEqual(0, status)
        self.assertEqual(first, self.plot(STEPS)[1])
        self.assertNotEqual(first, self.plot(RAMP)[1])
        self.assertNotIn("<dc:date>", first)

    def test_holds_its_text_as_text(self):
        _, svg, _ = self.plot(STEPS, RAMP)
        for text in ("stairs, run1", "latency of 2xx, ms", "offered rate, requests a second",
                     "run0 p99.9", "run1 p50"):
            self.assertIn(f">{text}</text>", svg)

    def test_is_refused_where_there_is_nothing_to_draw(self):
        closed = {"steps": [step(0)]}
        for result, against in ((closed, "rate"), (STEPS, "time")):
            status, svg, why = self.plot(result, against=against)
            self.assertEqual((4, None), (status, svg))
            self.assertIn(f"run0.json: nothing to draw against {against}; allowed is", why)


if __name__ == "__main__":
    unittest.main()
