"""Offers a server 1, 2, 5 and 10 times what it can do, and holds what it does then to bars.

    overload.py SERVER QR_LOAD [--backend auto] [--seconds 5] [--no-write] ...

The backend is slowed to a known time a batch (tests/support's stand-in, told by environment and a
fault file), so that capacity is a matter of sleeping, not of cores: server and tool share them, and
neither may be the bottleneck. Capacity C comes from a closed loop; then one open loop offers half
of C (calm), the multiples, and half of C again (recovery). Exit status 1 when a bar is missed, 2
when the run itself was not fit to judge by: the tool was late, or the cores were full.
"""

import argparse
import math
import os
import pathlib
import re
import sys
import tempfile
import time

PERF = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PERF / "page"), str(PERF / "shared")]

import bodies
import overload_report
import page
import processes
import qr_load
import report
import watch

CALM = 0.5  # of the capacity
MULTIPLES = (1, 2, 5, 10)
ROW_MS = 100
RECOVERED_ROWS = 10  # so long all must be as calm as before
CONNECTIONS_MAX = 512
TIMEOUT_MS = 10_000
HEAVY_CORES_SHARE = 0.8  # of the machine's: more, and the figures are the machine's
SEED = 1


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("server", type=pathlib.Path)
    parser.add_argument("qr_load", type=pathlib.Path)
    parser.add_argument("--backend", default="auto")
    parser.add_argument("--batch-ms", type=float, default=20, help="time of a batch")
    parser.add_argument("--jobs-per-batch", type=int, default=8)
    parser.add_argument("--lanes", type=int, default=1)
    parser.add_argument("--max-concurrent-requests", type=int, default=64)
    parser.add_argument("--documents", type=int, default=16)
    parser.add_argument("--dimension", type=int, default=32)
    parser.add_argument("--clients", type=int, default=32, help="of the closed loop that finds C")
    parser.add_argument("--seconds", type=float, default=5, help="of each step")
    parser.add_argument("--bound-ms", type=float,
                        help="of the admitted 99th percentile; default: by the formula")
    parser.add_argument("--no-write", action="store_true")
    arguments = parser.parse_args()
    if arguments.clients > arguments.max_concurrent_requests:
        parser.error(f"--clients: {arguments.clients} found, at most --max-concurrent-requests "
                     f"({arguments.max_concurrent_requests}) are allowed: capacity is found "
                     f"without refusals")
    return arguments


def bound_ms(arguments):
    """Everyone admitted is scored after at most all others, one batch under way and its own."""
    if arguments.bound_ms:
        return arguments.bound_ms
    batches = math.ceil(arguments.max_concurrent_requests
                        / (arguments.jobs_per_batch * arguments.lanes))
    return (batches + 2) * arguments.batch_ms


def slow_backend(arguments, folder):
    """What the stand-in needs to know; other backends take no notice."""
    fault = pathlib.Path(folder, "fault")
    fault.write_text(f"slow {arguments.batch_ms:.0f}\n")
    work = arguments.jobs_per_batch * arguments.documents * arguments.dimension
    os.environ.update(STAND_IN_FAULT_FILE=str(fault), STAND_IN_LANES=str(arguments.lanes),
                      STAND_IN_BATCH_MULTIPLY_ADDS=str(work))


def server_class(arguments):
    class Overloaded(processes.Ours):
        FLAGS = (*processes.Ours.FLAGS, "--backend", arguments.backend,
                 "--max-concurrent-requests", str(arguments.max_concurrent_requests))
    return Overloaded


def request_body(arguments):
    """The one request that all send."""
    return bodies.make(arguments.documents, arguments.dimension)["binary"]


def metric(text, name):
    """The sum of a metric's series."""
    found = re.findall(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", text, re.M)
    if not found:
        raise SystemExit(f"/metrics has no {name}")
    return sum(map(float, found))


def server_counts(server):
    status, data = processes.request(server.port, "GET", "/metrics")
    if status != 200:
        raise SystemExit(f"/metrics: answered {status}")
    text = data.decode()
    names = {"batches": "qr_batch_jobs_count", "batch_jobs": "qr_batch_jobs_sum",
             "documents": "qr_scored_documents_total",
             "refusals": r'qr_errors_total\{code="overloaded"\}'}
    return {key: metric(text, name) for key, name in names.items()}


def find_capacity(load, arguments):
    """Answers a second of a closed loop that keeps every batch full; nothing may be refused."""
    flags = ("--clients", str(arguments.clients))
    load.run(*flags, "--seconds", "1")  # warm-up
    figures, _ = load.run(*flags, "--seconds", str(arguments.seconds))
    total = figures["total"]
    if set(total["statuses"]) != {"200"}:
        raise SystemExit(f"the closed loop met other answers than 200: {total['statuses']}, "
                         f"{figures.get('examples')}")
    return figures


def offer(load, capacity, arguments):
    """The open loop: calm, the multiples, recovery."""
    shares = (CALM, *MULTIPLES, CALM)
    flags = ["--arrivals", "poisson", "--seed", str(SEED), "--row-ms", str(ROW_MS)]
    for share in shares:
        flags += ["--step", f"{capacity * share:.1f}x{arguments.seconds}"]
    return (shares, *load.run(*flags))


def recovery_seconds(rows, steps, arguments):
    """From the end of the overload to the first row since which all was as calm as before it."""
    per_step = round(arguments.seconds * 1000 / ROW_MS)
    calm, after = rows[:per_step], rows[(len(steps) - 1) * per_step:]
    limit_us = max(row["2xx_p99_us"] for row in calm) * overload_report.CALM_SLACK
    is_calm = [row["429"] == row["other"] == row["failed"] == 0 and row["2xx_p99_us"] <= limit_us
               for row in after]
    for first in range(len(is_calm) - RECOVERED_ROWS + 1):
        if all(is_calm[first:first + RECOVERED_ROWS]):
            return first * ROW_MS / 1000
    return math.inf


def measure(arguments, folder):
    slow_backend(arguments, folder)
    kind = server_class(arguments)
    with kind(arguments.server.resolve(), folder) as server, watch.Watch(server) as watched:
        load = qr_load.QrLoad(arguments.qr_load, server, folder, request_body(arguments),
                              "--connections-max", str(CONNECTIONS_MAX), "--timeout-ms",
                              str(TIMEOUT_MS))
        closed = find_capacity(load, arguments)
        capacity = closed["total"]["ok_per_s"]
        before = server_counts(server)
        shares, opened, began = offer(load, capacity, arguments)
        counted = {key: value - before[key] for key, value in server_counts(server).items()}
        time.sleep(watched.INTERVAL_S * 2)
    for number, (share, step) in enumerate(zip(shares, opened["steps"], strict=True)):
        since = began + number * arguments.seconds
        step.update(share=share, goodput=step["ok_per_s"] / capacity,
                    server=watched.figures(since, since + arguments.seconds))
    opened["recovery_s"] = recovery_seconds(opened["rows"], opened["steps"], arguments)
    command = "scripts/overload.sh " + " ".join(sys.argv[3:])
    settings = {key: value for key, value in vars(arguments).items()
                if key not in ("server", "qr_load", "no_write")}
    result = {**report.origin(arguments.server.resolve(), command), "settings": settings,
              "capacity_per_s": capacity, "closed_loop": closed, "open_loop": opened,
              "server_counts": counted, "bound_ms": bound_ms(arguments)}
    return {**result, "fitness": overload_report.fitness(result, HEAVY_CORES_SHARE),
            "bars": overload_report.bars(result)}


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="qr-overload-") as folder:
        result = measure(arguments, folder)
    print(overload_report.table(result))
    if not arguments.no_write:
        page.keep(result, "overload")
    if not all(fit["met"] for fit in result["fitness"]):
        return 2
    return 0 if all(bar["met"] for bar in result["bars"]) else 1


if __name__ == "__main__":
    sys.exit(main())
