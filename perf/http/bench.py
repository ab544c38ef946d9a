"""Server CPU per request beside nginx and beside simdjson alone, and the bars they are held to.

    bench.py BUILD_FOLDER [--seconds 3] [--rounds 5] [--no-write]

A correct answer comes first: nothing is timed unless every form of the request gives the ranking
computed here. Each round drives every target once, so that a change of clock or a noisy neighbour
meets all of them; a ratio is the median of the rounds' ratios. Results go to
perf/results/<machine>.json and into the table of docs/PERFORMANCE.md. Exit status 1 when a bar is
missed.
"""

import http.client
import json
import pathlib
import statistics
import subprocess
import sys
import time

PERF = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PERF / "page"), str(PERF / "shared")]

import bodies
import measuring
import processes
import rankings
import report

MIB = 1 << 20
TARGET_REPEATS = 50
IDLE_SECONDS = 20


def correctness_gate(server, forms):
    """Every form gives the expected ranking, and all the same bits."""
    expected = bodies.expected()
    answers = {}
    for name, body in forms.items():
        status, data = processes.request(server.port, "POST", "/v1/rerank", body.data, body.headers)
        if status != 200:
            raise SystemExit(f"{name}: answered {status}: {data[:500]!r}")
        answers[name] = [(r["index"], r["relevance_score"]) for r in json.loads(data)["results"]]
    for name, found in answers.items():
        if wrong := rankings.difference(found, expected):
            raise SystemExit(f"{name}: a wrong answer: {wrong}")
        if found != answers["binary"]:
            raise SystemExit(f"{name}: {found}, binary: {answers['binary']}: not the same bits")


def simdjson_floor(build, folder, seconds):
    output = subprocess.run([build / "bin" / "simdjson_floor", folder / "json.body", str(seconds)],
                            capture_output=True, check=True).stdout
    return json.loads(output)


def one_round(ours, nginx, forms, build, folder, seconds):
    figures = {}
    for name, body in forms.items():
        figures[f"ours_{name}"] = processes.load(ours, "/v1/rerank", seconds, folder, body)
        figures[f"nginx_{name}"] = processes.load(nginx, "/read", seconds, folder, body)
    figures["ours_live"] = processes.load(ours, "/health/live", seconds, folder)
    figures["nginx_static"] = processes.load(nginx, "/static.txt", seconds, folder)
    figures["simdjson"] = simdjson_floor(build, folder, seconds)
    figures["simdjson"]["cpu_us"] = figures["simdjson"]["median_us"]
    return figures


def scoring_ratio(build):
    """Exact scoring beside the fused float32 kernels, or None when the benchmark is not there."""
    program = build / "bin" / "score_bench"
    if not program.exists():
        return None
    output = subprocess.run([program, "--benchmark_filter=BM_Ratio", "--benchmark_format=json"],
                            capture_output=True, check=True).stdout
    return json.loads(output)["benchmarks"][0]


def batching(build):
    """The batcher's counters by benchmark: CPU a job, mean batch, idle CPU."""
    output = subprocess.run([build / "bin" / "batcher_bench", "--benchmark_format=json"],
                            capture_output=True, check=True).stdout
    return {run["name"].split("/")[0] + run["name"].partition("clients:")[2].split("/")[0]: run
            for run in json.loads(output)["benchmarks"]}


def idle_core_percent(server):
    """What a server with nothing to do takes of one core."""
    before = server.cpu_seconds()
    time.sleep(IDLE_SECONDS)
    return 100 * (server.cpu_seconds() - before) / IDLE_SECONDS


def longest_ms(server, documents):
    """The slowest of some answers to `documents` documents, over one kept connection."""
    body = bodies.make(documents)["json"]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    longest = 0
    for _ in range(TARGET_REPEATS):
        started = time.perf_counter()
        connection.request("POST", "/v1/rerank", body.data, body.headers)
        response = connection.getresponse()
        response.read()
        longest = max(longest, time.perf_counter() - started)
        if response.status != 200:
            raise SystemExit(f"{documents} documents: answered {response.status}")
    connection.close()
    return longest * 1e3


def ratio(rounds, mine, theirs):
    return statistics.median(r[mine]["cpu_us"] / r[theirs]["cpu_us"] for r in rounds)


def bars(rounds, scoring, batches, rss_bytes, targets):
    """(what, found, unit, bar): each must not exceed its bar."""
    yield "binary, beside nginx", ratio(rounds, "ours_binary", "nginx_binary"), "x", 2.5
    yield "base64, beside nginx", ratio(rounds, "ours_base64", "nginx_base64"), "x", 8.0
    yield "JSON, beside simdjson alone", ratio(rounds, "ours_json", "simdjson"), "x", 1.4
    yield "GET /health/live, beside nginx static", ratio(rounds, "ours_live", "nginx_static"), \
        "x", 1.3
    if scoring:
        yield "exact scoring, beside fused float32", scoring["vs_fp32_row"], "x", 2.2
    yield "queue and reply of one job, 64 clients, CPU", \
        batches["BM_QueueAndReply64"]["cpu_us_per_job"], "µs", 10.0
    yield "batches for 64 jobs of 64 clients, 5 ms a batch", \
        64 / batches["BM_SlowBackend64"]["mean_batch"], "", 4.0
    yield "an idle server, of one core", targets["idle_core_percent"], "%", 0.5
    yield "peak resident memory under the load", rss_bytes / MIB, "MiB", 200.0 * 1e6 / MIB
    yield "founding guide: one pair, slowest of 50", targets["pair_ms"], "ms", 100.0
    yield "founding guide: 50 documents, slowest of 50", targets["fifty_ms"], "ms", 500.0
    yield "founding guide: memory at 100 documents", rss_bytes / MIB, "MiB", 2.0 * 1e9 / MIB


def measure(arguments, folder):
    build = arguments.build.resolve()
    forms = bodies.make()
    with processes.Ours(build / "bin" / "quantumrerank", folder) as ours, \
            processes.Nginx(folder) as nginx:
        correctness_gate(ours, forms)
        one_round(ours, nginx, forms, build, folder, 1)  # warm-up
        rounds = []
        for number in range(arguments.rounds):
            rounds.append(one_round(ours, nginx, forms, build, folder, arguments.seconds))
            print(f"   round {number + 1} of {arguments.rounds}: binary "
                  f"{rounds[-1]['ours_binary']['cpu_us']:.0f} us", file=sys.stderr, flush=True)
        rss_bytes = ours.peak_rss_bytes()
        targets = {"pair_ms": longest_ms(ours, 1), "fifty_ms": longest_ms(ours, 50),
                   "idle_core_percent": idle_core_percent(ours)}
        correctness_gate(ours, forms)
    scoring = scoring_ratio(build)
    batches = batching(build)
    measured = bars(rounds, scoring, batches, rss_bytes, targets)
    verdicts = [{"what": what, "found": found, "unit": unit, "bar": bar, "met": found <= bar}
                for what, found, unit, bar in measured]
    sizes = {name: len(body.data) for name, body in forms.items()}
    return {**report.provenance(build, arguments), "body_bytes": sizes, "bars": verdicts,
            "medians": report.medians(rounds), "scoring": scoring, "batching": batches,
            "rounds": rounds}


if __name__ == "__main__":
    sys.exit(measuring.main(__doc__, measure, report.table, "bench", rounds=5))
