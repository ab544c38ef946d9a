"""The bar of a start with a collection, and its figures as a page reads them.

Every ratio is the median of the rounds' ratios: both sides of it were measured moments apart.
"""

import statistics

import report

WHATS = {"plain": "as it is", "encrypted": "encrypted"}
RATE_SHARE_MIN = 0.5  # of the rate at which the files are read plainly


def share_of(rounds, name):
    return statistics.median(r[name]["read_s"] / r[name]["ready_s"] for r in rounds)


def bars(rounds):
    share = share_of(rounds, "plain")
    return [{"what": "rate of a start, as a share of the rate of reading its files",
             "found": share, "bar": f"at least {RATE_SHARE_MIN}", "met": share >= RATE_SHARE_MIN}]


def table(result):
    """Two tables in Markdown: figures and bar."""
    lines = ["| store | MB | files read, s | ready, s | share |", "|---|---:|---:|---:|---:|"]
    for name, what in WHATS.items():
        size, read_s, ready_s = (statistics.median(r[name][key] for r in result["rounds"])
                                 for key in ("bytes", "read_s", "ready_s"))
        lines.append(f"| {what} | {size / 1e6:,.0f} | {read_s:.2f} | {ready_s:.2f} | "
                     f"{share_of(result['rounds'], name):.2f} |")
    return "\n".join([*lines, "", *report.bar_lines(result["bars"]), "",
                      report.signature(result)])
