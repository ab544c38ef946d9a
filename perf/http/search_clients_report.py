"""The bars of many clients that search, and their figures as a page reads them.

Every ratio is the median of the rounds' ratios: both sides of it were measured moments apart.
"""

import statistics

import report

QUERIES = {"search_resident": 1, "search_batch": 64}  # of a request
SHARE_MIN = 0.80  # of the queries a second of full calls
SCANS_MAX = 3.0   # that the 99th percentile of a client may take, each as long as a full call


def queries_per_s(one_round, name):
    return one_round[name]["ok_per_s"] * QUERIES[name]


def bars(rounds):
    share = statistics.median(queries_per_s(r, "search_resident") / queries_per_s(r, "search_batch")
                              for r in rounds)
    scans = statistics.median(r["search_resident"]["p99_us"] / r["search_batch"]["p50_us"]
                              for r in rounds)
    return [{"what": "queries a second of 64 clients, as a share of those of 64-query calls",
             "found": share, "bar": f"at least {SHARE_MIN}", "met": share >= SHARE_MIN},
            {"what": "99th percentile of a client, in 64-query calls", "found": scans,
             "bar": f"at most {SCANS_MAX}", "met": scans <= SCANS_MAX}]


def table(result):
    """Two tables in Markdown: figures and bars."""
    lines = ["| | queries/s | p50, ms | p99, ms |", "|---|---:|---:|---:|"]
    whats = {"search_resident": "64 clients, one query a request",
             "search_batch": "one client, 64 queries a request"}
    for name, what in whats.items():
        per_s = statistics.median(queries_per_s(r, name) for r in result["rounds"])
        p50, p99 = (statistics.median(r[name][key] for r in result["rounds"]) / 1e3
                    for key in ("p50_us", "p99_us"))
        lines.append(f"| {what} | {per_s:,.1f} | {p50:,.1f} | {p99:,.1f} |")
    return "\n".join([*lines, "", *report.bar_lines(result["bars"]), "",
                      report.signature(result)])
