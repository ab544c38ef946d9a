"""How a measurement in rounds is run: its arguments, its folder, where its result goes."""

import argparse
import pathlib
import tempfile

import page


def main(document, measure, table, kind, folders=("build",), seconds=3, rounds=3):
    """Exit status 1 when a bar of measure(arguments, folder) is missed; `folders` are arguments."""
    parser = argparse.ArgumentParser(description=document.split("\n", maxsplit=1)[0])
    for name in folders:
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=seconds)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--no-write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix=f"qr-{kind}-") as folder:
        result = measure(arguments, pathlib.Path(folder))
    print(table(result))
    if not arguments.no_write:
        page.keep(result, kind)
    return 0 if all(bar["met"] for bar in result["bars"]) else 1
