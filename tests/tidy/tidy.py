"""Holds the working tree to the rules of rules.py.

    tidy.py                every rule
    tidy.py RULE...        these
    tidy.py --list         their names

Looks at what git tracks or would track, so that build folders do not matter. Exit status 1 when
anything is wrong, each on a line `path:line: what`.
"""

import pathlib
import subprocess
import sys

import rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = "tests/fuzz/corpus/"  # inputs, some of them no text: they count for their size alone


class Tree:
    """The files of the repository, read once."""

    def __init__(self):
        # safe.directory: the tree may belong to another user (a checkout inside a container).
        listing = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True, text=True).stdout
        names = sorted(set(listing.split("\0")) - {""})
        self._paths = [name for name in names if (ROOT / name).is_file()]
        self._texts = {}

    def paths(self, suffixes):
        """Those with one of the suffixes; "" is every path, fuzz inputs included."""
        return [path for path in self._paths if path.endswith(suffixes)
                and not (suffixes and path.startswith(CORPUS))]

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (ROOT / path).read_text(
                encoding="utf-8", errors="replace"
            )
        return self._texts[path]

    def size(self, path):
        return (ROOT / path).stat().st_size


def main():
    names = sys.argv[1:]
    if names == ["--list"]:
        print("\n".join(rules.RULES))
        return 0
    unknown = set(names) - set(rules.RULES)
    if unknown:
        sys.exit(f"unknown rule {', '.join(unknown)}; allowed: {', '.join(rules.RULES)}")
    tree = Tree()
    found = 0
    for name in names or rules.RULES:
        for path, line, what in rules.RULES[name](tree):
            found += 1
            print(f"{path}:{line}: {what} [{name}]")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
