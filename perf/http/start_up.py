"""How long a server with a collection takes to be ready, beside reading its files, in turns.

    start_up.py BUILD_FOLDER [--rounds 5] [--no-write]

The collection of perf/load/scenarios/search_resident.toml is stored, as it is and encrypted. A turn
drops the store's files from memory, reads them from beginning to end, drops them again, starts the
server and waits for /health/ready: the start of the process is part of the time. Results go to
perf/results/<machine>-start_up.json and into the table of docs/PERFORMANCE.md. Exit status 1 when
a bar is missed.
"""

import os
import pathlib
import subprocess
import sys
import time

PERF = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PERF / folder) for folder in ("page", "shared")]

import measuring  # noqa: E402
import processes  # noqa: E402
import report  # noqa: E402
import start_up_report  # noqa: E402

SCENARIO = PERF / "load" / "scenarios" / "search_resident.toml"
PIECE_BYTES = 1 << 20


def files_of(folder):
    return [path for path in (folder / "data").rglob("*") if path.is_file()]


def drop(paths):
    """From the page cache."""
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def read(paths):
    """Seconds and bytes."""
    began = time.perf_counter()
    size = 0
    for path in paths:
        with path.open("rb", buffering=0) as file:
            while piece := file.read(PIECE_BYTES):
                size += len(piece)
    return time.perf_counter() - began, size


def turn(binary, folder, key_file):
    drop(files_of(folder))
    read_s, size = read(files_of(folder))
    drop(files_of(folder))
    began = time.perf_counter()
    with processes.Collections(binary, folder, key_file):
        return {"bytes": size, "read_s": read_s, "ready_s": time.perf_counter() - began}


def prepare(binary, folder, is_encrypted):
    """Fills the store; the file with its key, or None."""
    folder.mkdir()
    key_file = folder / "key" if is_encrypted else None
    if key_file:
        subprocess.run([binary, "keys", "new", key_file], check=True, stdout=subprocess.DEVNULL)
    with processes.Collections(binary, folder, key_file) as server:
        subprocess.run([sys.executable, "-B", PERF / "load" / "fill.py", SCENARIO, "--url",
                        f"http://127.0.0.1:{server.port}"], check=True)
    return key_file


def measure(arguments, folder):
    binary = arguments.build.resolve() / "bin" / "quantumrerank"
    keys = {name: prepare(binary, folder / name, name == "encrypted")
            for name in start_up_report.WHATS}
    rounds = []
    for number in range(arguments.rounds):
        rounds.append({name: turn(binary, folder / name, key) for name, key in keys.items()})
        print(f"   round {number + 1} of {arguments.rounds}", file=sys.stderr, flush=True)
    command = "scripts/start_up.sh " + " ".join(sys.argv[2:])
    return {**report.origin(binary, command), "rounds": rounds,
            "bars": start_up_report.bars(rounds)}


if __name__ == "__main__":
    sys.exit(measuring.main(__doc__, measure, start_up_report.table, "start_up", rounds=5))
