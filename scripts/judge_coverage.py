"""Holds files to line-coverage floors: judge_coverage.py FLOORS EXPORT ROOT

EXPORT is what `llvm-cov export -summary-only` printed for files under ROOT. FLOORS has lines 'path percent'. Prints, for each, a tab-separated line: 0 (reached) or 1 (not, or
the file is unknown to the profile), the path, and the figures.
"""

import json
import os
import pathlib
import sys


def main():
    floors_path, export_path, root = map(pathlib.Path, sys.argv[1:])
    measured = {
        os.path.relpath(entry["filename"], root): entry["summary"]["lines"]
        for entry in json.loads(export_path.read_text())["data"][0]["files"]
    }
    for line in floors_path.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        path, floor = line.split()
        lines = measured.get(path)
        if lines is None:
            print(f"1\t{path}\tno fuzz target links this file")
            continue
        verdict = 0 if lines["percent"] >= float(floor) else 1
        print(f"{verdict}\t{path}\t{lines['percent']:.1f} % of {lines['count']} lines, "
              f"floor {floor} %")


if __name__ == "__main__":
    main()
