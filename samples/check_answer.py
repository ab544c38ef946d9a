"""Holds a rerank answer (JSON on standard input) to an expected ranking: check_answer.py EXPECTED

The ids and their order must be equal, and the scores equal to 1e-12: the expected ones are summed
in another order. Exit status 0 or 1.
"""

import json
import pathlib
import sys

TOLERANCE = 1e-12


def differences(answer, expected):
    found = answer["results"]
    wanted = expected["results"][: expected["top_n"]]
    if len(found) != len(wanted):
        yield f"found {len(found)} results, expected {len(wanted)}"
    for rank, (have, want) in enumerate(zip(found, wanted), start=1):
        if (have.get("id"), have["index"]) != (want["id"], want["index"]):
            yield f"rank {rank}: found id {have.get('id')}, expected id {want['id']}"
        elif abs(have["relevance_score"] - want["relevance_score"]) > TOLERANCE:
            yield (f"rank {rank}: found score {have['relevance_score']!r}, "
                   f"expected {want['relevance_score']!r}")


def main():
    expected = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = list(differences(json.load(sys.stdin), expected))
    for line in found:
        print(f"sample: {line}", file=sys.stderr)
    if not found:
        print("sample: the ranking is the expected one")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
