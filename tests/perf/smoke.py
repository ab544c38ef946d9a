"""Runs one micro benchmark twice at its smoke sizes and holds it to what perf/micro.h promises.

    smoke.py PROGRAM

Every benchmark ends without an error, shows the hash of its result, and shows the same one again.
"""

import json
import re
import subprocess
import sys

LABEL = re.compile(r"hash=([0-9a-f]{16})(?:, .+)?")


def hashes(program):
    """By benchmark. Ends the program with a message where something is wrong."""
    run = subprocess.run([program, "--smoke", "--benchmark_format=json"], capture_output=True,
                         text=True, timeout=240)
    if run.returncode != 0:
        sys.exit(f"exit status {run.returncode}: {run.stderr.strip()}")
    found = {}
    for benchmark in json.loads(run.stdout)["benchmarks"]:
        label = LABEL.fullmatch(benchmark.get("label", ""))
        if benchmark.get("error_occurred") or label is None:
            sys.exit(f"{benchmark['name']}: no hash in its label, or an error: {benchmark}")
        found[benchmark["name"]] = label.group(1)
    return found


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    first, second = hashes(sys.argv[1]), hashes(sys.argv[1])
    if not first:
        sys.exit("no benchmark ran")
    if first != second:
        sys.exit(f"the hashes of two runs differ: {first} and {second}")
    for name, value in first.items():
        print(value, name)


if __name__ == "__main__":
    main()
