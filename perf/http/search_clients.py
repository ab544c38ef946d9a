"""What batching gives: 64 clients with one query each beside one client with 64 a call, in turns.

    search_clients.py BUILD_FOLDER [--seconds 10] [--rounds 3] [--no-write]

Both scenarios of perf/load search the same collection, which is filled first; server and load
share the machine. Every answer must be 200. Results go to
perf/results/<machine>-search_clients.json and into the table of docs/PERFORMANCE.md. Exit status 1
when a bar is missed.
"""

import json
import pathlib
import subprocess
import sys

PERF = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PERF / folder) for folder in ("page", "shared")]

import measuring  # noqa: E402
import processes  # noqa: E402
import report  # noqa: E402
import search_clients_report  # noqa: E402

SCENARIOS = PERF / "load" / "scenarios"
NAMES = ("search_resident", "search_batch")
WARM_UP_S = 2


def run(build, url, name, seconds, folder):
    """The figures of one turn of a scenario."""
    output = folder / "load.json"
    subprocess.run([build / "bin" / "qr_load", "--scenario", SCENARIOS / f"{name}.toml", "--url",
                    url, "--output", output, "--quiet", "--seconds", str(seconds), "--warm-up",
                    str(WARM_UP_S)], check=True)
    total = json.loads(output.read_text())["total"]
    if set(total["statuses"]) != {"200"} or any(total["failures"].values()):
        raise SystemExit(f"{name}: {total['statuses']}, failures {total['failures']}")
    return {"ok_per_s": total["ok_per_s"], **total["latency"]["2xx"]}


def measure(arguments, folder):
    build = arguments.build.resolve()
    with processes.Collections(build / "bin" / "quantumrerank", folder) as server:
        url = f"http://127.0.0.1:{server.port}"
        subprocess.run([sys.executable, "-B", PERF / "load" / "fill.py",
                        SCENARIOS / f"{NAMES[0]}.toml", "--url", url], check=True)
        rounds = []
        for number in range(arguments.rounds):
            rounds.append({name: run(build, url, name, arguments.seconds, folder)
                           for name in NAMES})
            print(f"   round {number + 1} of {arguments.rounds}", file=sys.stderr, flush=True)
    command = "scripts/search_clients.sh " + " ".join(sys.argv[2:])
    return {**report.origin(build / "bin" / "quantumrerank", command), "rounds": rounds,
            "bars": search_clients_report.bars(rounds)}


if __name__ == "__main__":
    sys.exit(measuring.main(__doc__, measure, search_clients_report.table, "search_clients",
                            seconds=10))
