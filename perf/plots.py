"""Figures for reports: one look, and the same file from the same numbers.

SVG with text as text, so that it stays searchable and small, and without dates or random names.
Needs python3-matplotlib (scripts/install_packages.sh bench).
"""

import matplotlib

matplotlib.use("svg")

from matplotlib import pyplot, ticker  # noqa: E402

COLOURS = ("#1f5f99", "#c2562d", "#3f7f3f", "#7a4fa3", "#8a6d1d", "#4d4d4d")
_SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "quantumrerank",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


def panels(heights, title):
    """(figure, axes): panels one above the other that share the horizontal axis."""
    pyplot.rcdefaults()
    pyplot.rcParams.update(_SETTINGS)
    figure, axes = pyplot.subplots(
        len(heights), 1, sharex=True, squeeze=False, figsize=(8, 1.2 + 1.1 * sum(heights)),
        gridspec_kw={"height_ratios": heights})
    figure.suptitle(title, x=0.01, ha="left")
    return figure, [row[0] for row in axes]


def logarithmic_y(axes):
    """A log scale whose ticks are plain numbers: 0.5, 20."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
    axes.yaxis.set_minor_formatter(ticker.NullFormatter())


def legend_above(axes, columns):
    """Where it hides no point."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncol=columns, borderaxespad=0.2)


def save(figure, path):
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
