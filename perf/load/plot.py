"""Draws the latency that qr_load measured against the rate that it offered, as SVG.

    plot.py RESULT.json... --output FILE.svg [--against rate|time] [--title TEXT]

Against the rate (the default): a point for each step of an open loop, and for each row of a ramp,
at the ramp's rate in the row's middle. Against time: a point for each row (--row-ms). Quantiles of
answers 2xx alone; a cross marks points where others were refused (429) or failed, and the lower
panel says what share. Exit status 4 where a result has nothing to draw that way.
"""

import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import plots  # noqa: E402

NOTHING_TO_DRAW = 4
QUANTILES = (("p50", "p50_us", ":"), ("p99", "p99_us", "-"), ("p99.9", "p999_us", "--"))


class Point:
    """What was answered at one rate, or in one row of time."""

    def __init__(self, at, latencies_us, ok, refused, failed):
        self.at = at
        self.latencies_us = latencies_us  # by key; none where nothing was answered 2xx
        total = ok + refused + failed
        self.lost_percent = 100 * (refused + failed) / total if total else 0


def _is_ramp(step):
    return step.get("rate_end", step["rate"]) != step["rate"]


def _of_step(step):
    latency = step["latency"]
    ok = latency["2xx"]
    return Point(step["rate"], {key: ok[key] for _, key, _ in QUANTILES if key in ok},
                 ok["count"], latency["429"]["count"],
                 latency["other"]["count"] + sum(step["failures"].values()))


def _of_row(row, at):
    latencies = {key: row["2xx_" + key] for _, key, _ in QUANTILES} if row["2xx"] else {}
    return Point(at, latencies, row["2xx"], row["429"], row["other"] + row["failed"])


def _middles(result):
    """(row, its middle in seconds), the last row cut off at the run's end."""
    rows = result.get("rows", [])
    end = sum(step["seconds"] for step in result["steps"])
    ends = [row["from_s"] for row in rows[1:]] + [end]
    return [(row, (row["from_s"] + until) / 2) for row, until in zip(rows, ends)]


def _of_ramp(result, step, began):
    points = []
    for row, middle in _middles(result):
        share = (middle - began) / step["seconds"]
        if 0 <= share < 1:
            points.append(_of_row(row, step["rate"] + (step["rate_end"] - step["rate"]) * share))
    return points


def against_rate(result):
    """Series of points in the order of their rates: the even steps are one, each ramp is one."""
    even, ramps, began = [], [], 0
    for step in result["steps"]:
        if _is_ramp(step):
            ramps.append(_of_ramp(result, step, began))
        elif step["rate"] > 0:
            even.append(_of_step(step))
        began += step["seconds"]
    series = [sorted(points, key=lambda point: point.at) for points in (even, *ramps)]
    return [points for points in series if points]


def against_time(result):
    points = [_of_row(row, middle) for row, middle in _middles(result)]
    return [points] if points else []


HORIZONTAL = {"rate": (against_rate, "offered rate, requests a second"),
              "time": (against_time, "time since the run began, s")}
ALLOWED = {"rate": "an open loop, with rows (--row-ms) where its steps are ramps",
           "time": "a run with rows (--row-ms)"}


def _draw(axes, points, colour, names):
    """`names` of the quantiles in the legend, if they stand there at all."""
    upper, lower = axes
    for (_, key, line), name in zip(QUANTILES, names):
        drawn = [point for point in points if key in point.latencies_us]
        upper.plot([point.at for point in drawn],
                   [point.latencies_us[key] / 1000 for point in drawn],
                   linestyle=line, marker=".", color=colour, label=name)
        lossy = [point for point in drawn if point.lost_percent]
        upper.plot([point.at for point in lossy],
                   [point.latencies_us[key] / 1000 for point in lossy], linestyle="none",
                   marker="x", markersize=8, color=colour)
    lower.plot([point.at for point in points], [point.lost_percent for point in points],
               marker=".", color=colour)


def draw(results, against, title):
    """`results`: (name, qr_load's JSON), at least one with points."""
    collect, label = HORIZONTAL[against]
    figure, axes = plots.panels((4, 1), title)
    for number, (name, result) in enumerate(results):
        colour = plots.COLOURS[number % len(plots.COLOURS)]
        prefix = f"{name} " if len(results) > 1 else ""
        names = [prefix + quantile for quantile, _, _ in QUANTILES]
        for series in collect(result):
            _draw(axes, series, colour, names)
            names = [None] * len(QUANTILES)  # once is enough
    upper, lower = axes
    plots.logarithmic_y(upper)
    upper.set_ylabel("latency of 2xx, ms")
    plots.legend_above(upper, len(results) if len(results) > 1 else len(QUANTILES))
    lower.set_ylabel("refused or\nfailed, %")
    lower.set_ylim(-5, 105)
    lower.set_xlabel(label)
    lower.set_xlim(left=0)
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results", nargs="+", type=pathlib.Path, metavar="RESULT.json")
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument("--against", choices=HORIZONTAL, default="rate")
    parser.add_argument("--title")
    arguments = parser.parse_args()
    results = [(path.stem, json.loads(path.read_text())) for path in arguments.results]
    collect, _ = HORIZONTAL[arguments.against]
    for path, (_, result) in zip(arguments.results, results):
        if not collect(result):
            print(f"{path}: nothing to draw against {arguments.against}; allowed is "
                  f"{ALLOWED[arguments.against]}", file=sys.stderr)
            return NOTHING_TO_DRAW
    title = arguments.title or ", ".join(
        dict.fromkeys(result.get("scenario", name) for name, result in results))
    plots.save(draw(results, arguments.against, title), arguments.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
