"""The sweep's figures drawn: growth over documents, dimension and clients, latency over rate."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import plots  # noqa: E402
import sweep_report  # noqa: E402


def _lines(axes, points, x, y, style="-", name=""):
    """One line a form; `x` and `y` take a point."""
    for form, colour in zip(sweep_report.FORMS, plots.COLOURS):
        axes.plot([x(p) for p in points[form]], [y(p) for p in points[form]], style,
                  color=colour, marker="o", markersize=3.5,
                  label=sweep_report.TITLES[form] + name)


def _growth(points, key, label, title):
    """CPU a request and documents a second over `key`, both on logarithmic axes."""
    figure, (upper, lower) = plots.panels([2, 2], title)
    _lines(upper, points, lambda p: p[key], lambda p: p["cpu_us"])
    upper.plot([p[key] for p in points[sweep_report.FLOOR]],
               [p["cpu_us"] for p in points[sweep_report.FLOOR]], ":", color="black",
               label=sweep_report.TITLES[sweep_report.FLOOR])
    _lines(lower, points, lambda p: p[key], lambda p: p["documents"] * p["requests_per_s"])
    upper.set_ylabel("CPU a request, µs")
    lower.set_ylabel("documents a second")
    for axes in (upper, lower):
        axes.set_xscale("log", base=2 if key == "dimension" else 10)
        plots.logarithmic_y(axes)
    lower.set_xlabel(label)
    plots.legend_above(upper, len(sweep_report.FORMS) + 1)
    return figure


def _clients(points, small):
    figure, (upper, lower) = plots.panels(
        [2, 2], f"Many clients, {small[0]} documents of {small[1]} numbers a request")
    _lines(upper, points, lambda p: p["clients"], lambda p: p["requests_per_s"])
    _lines(lower, points, lambda p: p["clients"], lambda p: p["p50_us"] / 1e3)
    _lines(lower, points, lambda p: p["clients"], lambda p: p["p99_us"] / 1e3, "--")
    upper.set_ylabel("requests a second")
    lower.set_ylabel("latency, ms: p50, p99 (- -)")
    lower.set_xlabel("clients, each waiting for its answer")
    lower.set_xscale("log", base=2)
    plots.logarithmic_y(upper)
    plots.logarithmic_y(lower)
    plots.legend_above(upper, len(sweep_report.FORMS))
    return figure


def _rates(rates):
    figure, (axes,) = plots.panels([4], "Latency over the offered rate, 100 documents of 768")
    steps = {form: rates[form]["steps"] for form in sweep_report.FORMS}
    _lines(axes, steps, lambda s: s["rate"], lambda s: s["p50_us"] / 1e3, "-", ", p50")
    _lines(axes, steps, lambda s: s["rate"], lambda s: s["p99_us"] / 1e3, "--", ", p99")
    axes.set_xscale("log")
    plots.logarithmic_y(axes)
    axes.set_xlabel("offered requests a second (Poisson)")
    axes.set_ylabel("latency from the intended send time, ms")
    plots.legend_above(axes, 2)
    return figure


def draw(result, folder):
    """documents.svg, dimension.svg, clients.svg and rate.svg."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        "documents": _growth(result["documents"], "documents", "documents of 768 numbers a request",
                             "Cost over documents"),
        "dimension": _growth(result["dimension"], "dimension", "dimension of 100 documents",
                             "Cost over the dimension"),
        "clients": _clients(result["clients"], result["settings"]["small"]),
        "rate": _rates(result["rates"]),
    }
    for name, figure in figures.items():
        plots.save(figure, folder / f"{name}.svg")
