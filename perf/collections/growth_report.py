"""The growth of resident collections as a page reads it."""

import report

SECTIONS = (
    ("rows", "rows", "rows of 128 numbers", "growth_rows"),
    ("wide_rows", "rows", "rows of 768 numbers", "growth_wide_rows"),
    ("dimension", "dimension", "dimension of 100,000 rows", "growth_dimension"),
    ("queries", "queries", "queries a call, 100,000 rows of 768", "growth_queries"),
    ("k", "k", "k, 16 queries, 100,000 rows of 768", "growth_k"),
)


def lines_of(points):
    """(scan, queries) to its points: what is one line of a drawing."""
    lines = {}
    for point in points:
        lines.setdefault((point["scan"], point["queries"]), []).append(point)
    return lines


def gigabytes_per_second(point):
    """Of the plane that is scanned, once for all queries."""
    width = {"float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}[point["scan"]]
    return 1e-9 * point["rows"] * point["dimension"] * width / point["cpu_seconds"]


def gigaflops(point):
    """Two operations a multiply-add."""
    return 2e-9 * point["rows"] * point["dimension"] * point["queries"] / point["cpu_seconds"]


def row(point, key):
    return (f"| {point[key]:,} | {point['scan']} | {point['queries']} | "
            f"{point['cpu_seconds'] * 1e3:,.2f} | {point['queries'] / point['cpu_seconds']:,.0f} | "
            f"{gigabytes_per_second(point):.1f} | {gigaflops(point):.1f} | "
            f"{point['rescored'] / point['queries']:.1f} |")


def _memory(points):
    yield "| rows | dimension | scan | bytes a row by the formula | taken | resident |"
    yield "|---:|---:|---|---:|---:|---:|"
    seen = set()
    for point in points:
        table = (point["rows"], point["dimension"], point["scan"])
        if table in seen:
            continue
        seen.add(table)
        rows = point["rows"]
        yield (f"| {rows:,} | {point['dimension']} | {point['scan']} | "
               f"{point['bytes_per_row']:,} | {point['bytes'] / rows:,.0f} | "
               f"{point['resident_bytes'] / rows:,.0f} |")


def table(result):
    """Tables in Markdown, each with its drawing."""
    lines = []
    for name, key, label, drawing in SECTIONS:
        points = result["series"][name]
        lines += [f"![time over {key}](plots/{drawing}.svg)", "",
                  f"| {label} | scan | queries | CPU, ms | queries/s | GB/s read | GFLOP/s | "
                  "rescored a query |", "|---:|---|---:|---:|---:|---:|---:|---:|",
                  *(row(point, key) for point in points), ""]
    tables = result["series"]["rows"] + result["series"]["wide_rows"]
    lines += ["Bytes a row:", "", *_memory(tables), ""]
    return "\n".join([*lines, report.signature(result)])
