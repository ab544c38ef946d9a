"""How memory and time of resident collections grow: with rows, dimension, queries and k.

    growth.py BUILD_FOLDER [--rows-max 10000000] [--no-write]

One thread of the CPU engine, Gaussian rows in memory. Every point's answer is proven exact and
finds a planted row before it is timed; times are the least CPU time of some repetitions. Needs 8 GB
of memory for 10^7 rows of 128 numbers, 5 GB for 10^6 of 768. Results go to
perf/results/<machine>-growth.json and onto docs/PERFORMANCE.md.
"""

import argparse
import json
import pathlib
import subprocess
import sys

PERF = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PERF / folder) for folder in ("collections", "http", "page", "shared")]

import growth_report
import page
import report

ROWS = (10_000, 100_000, 1_000_000, 10_000_000)  # of 128 numbers
WIDE_ROWS = (10_000, 100_000, 1_000_000)  # of 768
DIMENSIONS = (128, 384, 768, 1024, 1536)
QUERIES = (1, 2, 4, 8, 16, 32, 64)
KS = (1, 10, 100, 1000, 16384)
MIDDLE = (100_000, 768)
SCANS = ("float32", "float16", "int8")
SMALL_TABLE_ROWS = 1_000_000  # timed more often


def point(rows, dimension, scan, queries=1, k=10):
    return f"{rows}x{dimension}:{scan}:{queries}:{k}"


def points(rows_max):
    """Name of a series to its points, those of one table side by side."""
    rows, dimension = MIDDLE
    return {
        "rows": [point(n, 128, scan, queries) for scan in SCANS[:2] for n in ROWS if n <= rows_max
                 for queries in (1, 64)],
        "wide_rows": [point(n, 768, scan, queries) for scan in SCANS[:2] for n in WIDE_ROWS
                      if n <= rows_max for queries in (1, 64)],
        "dimension": [point(rows, d, scan, queries) for scan in SCANS for d in DIMENSIONS
                      for queries in (1, 64)],
        "queries": [point(rows, dimension, scan, q) for scan in SCANS[:2] for q in QUERIES],
        "k": [point(rows, dimension, scan, 16, k) for scan in SCANS[:2] for k in KS],
    }


def measure(program, series):
    found = []
    for one in series:
        rows = int(one.split("x")[0])
        found.append((one, rows))
    lines = []
    for is_large in (False, True):
        chosen = [one for one, rows in found if (rows > SMALL_TABLE_ROWS) is is_large]
        if not chosen:
            continue
        done = subprocess.run([program, "--repetitions", "2" if is_large else "5", *chosen],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        lines += [json.loads(line) for line in done.stdout.splitlines()]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--rows-max", type=int, default=ROWS[-1])
    parser.add_argument("--no-write", action="store_true")
    arguments = parser.parse_args()
    program = arguments.build / "bin" / "qr_growth"
    result = report.origin(program,
                           "scripts/growth.sh " + " ".join(sys.argv[2:]))
    result["series"] = {}
    for name, series in points(arguments.rows_max).items():
        print(f"{name}: {len(series)} points", file=sys.stderr)
        result["series"][name] = measure(program, series)
    print(growth_report.table(result))
    if not arguments.no_write:
        page.keep(result, "growth")


if __name__ == "__main__":
    main()
