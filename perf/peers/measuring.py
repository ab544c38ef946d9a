"""How every comparison with peers is run: its arguments, its folder, where its result goes."""

import argparse
import pathlib
import tempfile

import page


def main(document, measure, table, kind):
    """Exit status 1 when a bar of measure(arguments, folder) is missed."""
    parser = argparse.ArgumentParser(description=document.split("\n", maxsplit=1)[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("venv", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qr-peers-") as folder:
        result = measure(arguments, pathlib.Path(folder))
    print(table(result))
    if not arguments.no_write:
        page.keep(result, kind)
    return 0 if all(bar["met"] for bar in result["bars"]) else 1
