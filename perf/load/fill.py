#!/usr/bin/env python3
"""Makes the collections that a scenario searches and fills them with rows.

    perf/load/fill.py SCENARIO --url http://HOST:PORT [--rows-max N]

Each table [[collection]] of the scenario has name, dimension and rows: normally distributed float32
numbers, the same for the same scenario, with ids 0, 1, 2, ... A collection that is there already is
left as it is if it has so many rows, and is made anew if not. Exit status 2 for a wrong scenario, 3
where the server refused.
"""

import argparse
import io
import json
import sys
import tomllib
import urllib.error
import urllib.request

import numpy

BODY_BYTES = 16 << 20  # below the server's payload_limit
TIMEOUT_S = 300
KEYS = {"name": str, "dimension": int, "rows": int}


def fail(status, message):
    print(f"fill.py: {message}", file=sys.stderr)
    sys.exit(status)


def collections_of(path):
    try:
        with open(path, "rb") as file:
            tables = tomllib.load(file).get("collection", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        fail(2, f"{path}: {error}")
    for table in tables:
        found = {key: type(value) for key, value in table.items()}
        if found != KEYS or table["rows"] < 1 or table["dimension"] < 1:
            fail(2, f"{path}: [[collection]]: found {table}, allowed: name (text), dimension and "
                    "rows (numbers from 1)")
    return tables


def call(url, method, path, body=None, media_type="application/json"):
    """The answer's object; None where there is no such thing."""
    request = urllib.request.Request(url + path, data=body, method=method,
                                     headers={"Content-Type": media_type})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        if error.code == 404 and method == "GET":
            return None
        fail(3, f"{method} {path}: {error.code} {error.read().decode()}")
    except OSError as error:
        fail(3, f"{url}: {error}")


def fill(url, name, dimension, rows):
    path = f"/v1/collections/{name}"
    there = call(url, "GET", path)
    if there and there["documents"] == rows and there["dimension"] == dimension:
        return
    if there:
        call(url, "DELETE", path)
    call(url, "PUT", path, json.dumps({"dimension": dimension}).encode())
    random = numpy.random.default_rng(1)
    step = max(1, BODY_BYTES // (4 * dimension))
    for first in range(0, rows, step):
        count = min(step, rows - first)
        body = io.BytesIO()
        numpy.save(body, random.standard_normal((count, dimension), dtype=numpy.float32))
        call(url, "POST", f"{path}/documents?first_id={first}", body.getvalue(),
             "application/x-npy")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario")
    parser.add_argument("--url", required=True)
    parser.add_argument("--rows-max", type=int, help="fewer rows than the scenario names")
    options = parser.parse_args()
    for table in collections_of(options.scenario):
        rows = min(table["rows"], options.rows_max or table["rows"])
        fill(options.url, table["name"], table["dimension"], rows)


if __name__ == "__main__":
    main()
