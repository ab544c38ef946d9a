"""How the server's cost and latency grow: with documents, dimension, clients and offered rate.

    sweep.py BUILD_FOLDER [--seconds 2] [--no-write]

Closed loops (qr_load) over the documents of a request and its dimension, beside nginx that only
reads the same binary body, and over the clients that send small ones; then an open loop of Poisson
arrivals at shares of the capacity just found, whose latencies count from the intended send time.
Before a point is timed, its answer must be the ranking that is computed here. Results go to
perf/results/<machine>-sweep.json and onto docs/PERFORMANCE.md.
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile

PERF = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PERF / "page"), str(PERF / "shared")]

import bodies
import page
import processes
import qr_load
import rankings
import report
import sweep_report

DOCUMENTS = (1, 3, 10, 30, 100, 300, 1000)
DIMENSIONS = (64, 128, 256, 512, 768, 1024, 1536, 3072)
CLIENTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SMALL = (10, 384)  # documents and dimension of the requests that many clients send
LOOP_CLIENTS = 4
RATE_SHARES = (0.1, 0.25, 0.5, 0.6, 0.7, 0.8, 0.9)
SEED = 1
BODY_BUFFER = "16m"  # of nginx, so that the largest body stays in memory
WARM_UP_SECONDS = 0.3


def gate(server, body, documents, dimension):
    """The answer is right, or nothing is timed."""
    status, data = processes.request(server.port, "POST", "/v1/rerank", body.data, body.headers)
    if status != 200:
        raise SystemExit(f"{body.name}, {documents} x {dimension}: answered {status}: "
                         f"{data[:500]!r}")
    found = [(r["index"], r["relevance_score"]) for r in json.loads(data)["results"]]
    if wrong := rankings.difference(found, bodies.expected(documents, dimension)):
        raise SystemExit(f"{body.name}, {documents} x {dimension}: a wrong answer: {wrong}")


def only_200(figures, what):
    if set(figures["total"]["statuses"]) != {"200"}:
        raise SystemExit(f"{what}: met other answers than 200: {figures['total']}")


class Bench:
    """The server under load, the tool, and how long a point takes."""

    def __init__(self, arguments, server, nginx, folder):
        self._program = arguments.build.resolve() / "bin" / "qr_load"
        self._seconds = arguments.seconds
        self._server = server
        self._nginx = nginx
        self._folder = folder

    def closed(self, body, clients):
        """One point: {"requests_per_s", "cpu_us", "p50_us", "p99_us"}."""
        load = qr_load.QrLoad(self._program, self._server, self._folder, body)
        flags = ("--clients", str(clients), "--seconds")
        load.run(*flags, str(WARM_UP_SECONDS))
        before = self._server.cpu_seconds()
        figures, _ = load.run(*flags, str(self._seconds))
        cpu = self._server.cpu_seconds() - before
        only_200(figures, f"{body.name}, {clients} clients")
        total = figures["total"]
        return {"requests_per_s": total["ok_per_s"], "cpu_us": cpu / total["answered"] * 1e6,
                "body_bytes": len(body.data),
                **{key: total["latency"]["2xx"][key] for key in ("p50_us", "p99_us")}}

    def floor(self, body):
        """What any server must do: nginx reads the same body. wrk drives it, for qr_load reads no
        chunked answers."""
        seconds = max(1, round(self._seconds))
        return processes.load(self._nginx, "/read", seconds, self._folder, body)

    def open(self, body, capacity):
        """The latencies at shares of a capacity."""
        load = qr_load.QrLoad(self._program, self._server, self._folder, body)
        flags = ["--arrivals", "poisson", "--seed", str(SEED)]
        for share in RATE_SHARES:
            flags += ["--step", f"{capacity * share:.1f}x{self._seconds}"]
        figures, _ = load.run(*flags)
        return [{"share": share, "rate": step["rate"], "ok_per_s": step["ok_per_s"],
                 "statuses": step["statuses"], "lag_p99_us": step["lag"]["p99_us"],
                 **{key: step["latency"]["2xx"][key] for key in ("p50_us", "p99_us", "p999_us")}}
                for share, step in zip(RATE_SHARES, figures["steps"], strict=True)]

    def shapes(self, shapes):
        """Points by form over (documents, dimension)."""
        points = {series: [] for series in (*sweep_report.FORMS, sweep_report.FLOOR)}
        for documents, dimension in shapes:
            made = bodies.make(documents, dimension)
            shape = {"documents": documents, "dimension": dimension}
            points[sweep_report.FLOOR].append({**shape, **self.floor(made["binary"])})
            for form in sweep_report.FORMS:
                gate(self._server, made[form], documents, dimension)
                points[form].append({**shape, **self.closed(made[form], LOOP_CLIENTS)})
            print(f"   {documents} x {dimension}: " + ", ".join(
                f"{form} {points[form][-1]['cpu_us']:.0f} us" for form in sweep_report.FORMS),
                file=sys.stderr, flush=True)
        return points

    def clients(self):
        """Points by form over the number of clients, small requests."""
        made = bodies.make(*SMALL)
        points = {form: [] for form in sweep_report.FORMS}
        for form in sweep_report.FORMS:
            gate(self._server, made[form], *SMALL)
            for clients in CLIENTS:
                points[form].append({"clients": clients, **self.closed(made[form], clients)})
        return points

    def rates(self):
        """Latency against rate by form, 100 documents of 768 numbers."""
        made = bodies.make()
        points = {}
        for form in sweep_report.FORMS:
            gate(self._server, made[form], bodies.DOCUMENTS, bodies.DIMENSION)
            capacity = statistics.median(
                self.closed(made[form], LOOP_CLIENTS)["requests_per_s"] for _ in range(3))
            points[form] = {"capacity_per_s": capacity, "steps": self.open(made[form], capacity)}
        return points


def measure(arguments, folder):
    binary = arguments.build.resolve() / "bin" / "quantumrerank"
    with processes.Ours(binary, folder) as server, processes.Nginx(folder, BODY_BUFFER) as nginx:
        bench = Bench(arguments, server, nginx, folder)
        result = {
            "documents": bench.shapes((documents, bodies.DIMENSION) for documents in DOCUMENTS),
            "dimension": bench.shapes((bodies.DOCUMENTS, dimension) for dimension in DIMENSIONS),
            "clients": bench.clients(),
            "rates": bench.rates(),
        }
    command = "scripts/sweep.sh " + " ".join(sys.argv[2:])
    return {**report.origin(binary, command),
            "settings": {"ours": " ".join(processes.Ours.FLAGS), "seconds": arguments.seconds,
                         "loop_clients": LOOP_CLIENTS, "small": SMALL}, **result}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=2, help="of a point")
    parser.add_argument("--no-write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qr-sweep-") as folder:
        result = measure(arguments, folder)
    if not arguments.no_write:
        page.keep(result, "sweep")
    return 0


if __name__ == "__main__":
    sys.exit(main())
