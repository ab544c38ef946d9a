"""The growth of resident collections drawn: time a call over rows, dimension, queries and k."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import growth_report  # noqa: E402
import plots  # noqa: E402


def _panel(points, key, label, draws_queries):
    figure, (upper, lower) = plots.panels([3, 2], f"Exact top-k over {label}, one thread")
    lines = growth_report.lines_of(points)
    if draws_queries:  # every point of a scan is its own number of queries
        lines = {(scan, None): [p for p in points if p["scan"] == scan]
                 for scan in dict.fromkeys(p["scan"] for p in points)}
    for index, ((scan, queries), line) in enumerate(lines.items()):
        colour = plots.COLOURS[index % len(plots.COLOURS)]
        name = scan if queries is None else f"{scan}, {queries} queries"
        style = {"color": colour, "marker": "o", "markersize": 3.5}
        upper.plot([p[key] for p in line], [p["cpu_seconds"] * 1e3 for p in line], label=name,
                   **style)
        lower.plot([p[key] for p in line], [growth_report.gigaflops(p) for p in line], **style)
    upper.set_ylabel("CPU a call, ms")
    lower.set_ylabel("GFLOP/s")
    lower.set_xlabel(label)
    for axes in (upper, lower):
        axes.set_xscale("log", base=2 if key in ("queries", "dimension") else 10)
    plots.logarithmic_y(upper)
    plots.legend_above(upper, 3)
    return figure


def draw(result, folder):
    """growth_rows.svg and its like."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, key, label, drawing in growth_report.SECTIONS:
        figure = _panel(result["series"][name], key, label, key == "queries")
        plots.save(figure, folder / f"{drawing}.svg")
