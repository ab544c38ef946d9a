"""Exact search of resident rows: the server's engine beside libraries, in one run, in turns.

    search_peers.py BUILD_FOLDER VENV [--seconds 3] [--rounds 3] [--no-write]

One thread, 100,000 unit vectors of float32, the best 10 by inner product. Nothing is timed before
its answers are those of double precision; usearch over float16 alone is not held to them: it says
how many it finds. Results go to perf/results/<machine>-search.json and into the tables of
docs/PERFORMANCE.md. Exit status 1 when a bar is missed. Needs python3-numpy and 6 GB of memory.
"""

import contextlib
import os
import pathlib
import sys
import typing

import numpy as np

PERF = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PERF / folder) for folder in ("http", "page", "shared")]

import answers  # noqa: E402
import measuring  # noqa: E402
import report  # noqa: E402
import search_report  # noqa: E402
import workers  # noqa: E402

ROWS = 100_000
K = 10
QUERIES = (1, 4, 16, 64)  # of a call
DATA = (("gaussian", 768), ("clustered", 768), ("gaussian", 1024), ("gaussian", 384),
        ("gaussian", 1536))
CLUSTERS = 1000
SPREAD = 0.5  # of a cluster, beside the distance of clusters
TURNS_OF_SECOND = 4  # a turn is --seconds by this
CHUNK_ROWS = 10_000
PROGRAM = pathlib.Path(__file__).resolve().parent / "search_worker.py"
DEBIAN_PYTHON = "/usr/bin/python3"


class Searcher(typing.NamedTuple):
    name: str
    program: str      # ours, venv (PyPI) or debian
    argument: str     # scan of search_rows, or a name of searchers.py
    package: str      # whose version stands in the row
    what: str
    is_exact: bool = True


SEARCHERS = (
    Searcher("ours_float32", "ours", "float32", "", "ours, scan float32"),
    Searcher("ours_auto", "ours", "auto", "", "ours, scan chosen by the engine"),
    Searcher("faiss", "venv", "faiss_flat", "faiss", "FAISS (PyPI), IndexFlatIP"),
    Searcher("faiss_blas", "venv", "faiss_flat_blas", "faiss",
             "FAISS (PyPI), IndexFlatIP, distance_compute_blas_threshold 1"),
    Searcher("debian_faiss", "debian", "faiss_flat", "faiss", "FAISS (Debian), IndexFlatIP"),
    Searcher("usearch", "venv", "usearch_float32", "usearch", "usearch, search(exact=True)"),
    Searcher("usearch_float16", "venv", "usearch_float16", "usearch",
             "usearch, search(exact=True), float16", False),
    Searcher("hnswlib", "venv", "hnswlib", "hnswlib", "hnswlib, BFIndex"),
)


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def made(data, dimension):
    """(rows, queries) of float32, of length one."""
    random = np.random.default_rng(7)
    if data == "gaussian":
        centres = np.zeros((1, dimension), np.float32)
        spread = 1.0
    else:
        centres = random.standard_normal((CLUSTERS, dimension), dtype=np.float32)
        spread = SPREAD

    def some(count):
        noise = random.standard_normal((count, dimension), dtype=np.float32)
        return unit(centres[random.integers(len(centres), size=count)] + spread * noise)
    rows = np.concatenate([some(CHUNK_ROWS) for _ in range(ROWS // CHUNK_ROWS)])
    return rows, some(max(QUERIES))


def expected(rows, queries):
    """[(index, score)] of the best K for each query, in double precision."""
    scores = np.concatenate([queries.astype(np.float64) @ chunk.astype(np.float64).T
                             for chunk in np.array_split(rows, ROWS // CHUNK_ROWS)], axis=1)
    best = np.argsort(-scores, axis=1, kind="stable")[:, :K]
    return [[(int(i), float(scores[q, i])) for i in best[q]] for q in range(len(queries))]


def core_type():
    """Of the newest instructions that Debian's OpenBLAS and this CPU both know."""
    with open("/proc/cpuinfo", encoding="ascii") as file:
        return "SkylakeX" if "avx512f" in file.read() else "Haswell"


class SearchWorker(workers.Worker):
    def greet_searches(self, want, is_exact):
        """{"versions", ..., "answer", "recall"}; ends the run where the answers are wrong."""
        hello = self._answer()
        found = [[(index, score) for index, score in row] for row in hello.pop("rankings")]
        recall = sum(len({i for i, _ in have} & {i for i, _ in best})
                     for have, best in zip(found, want)) / (K * len(want))
        if is_exact:
            try:
                compared = [answers.compare(*pair) for pair in zip(found, want)]
            except answers.WrongAnswer as wrong:
                raise SystemExit(f"{self.name}: {wrong}") from None
            differing = sum(each["indices_differing"] for each in compared)
            answer = (f"{differing} of {K * len(want)} places differ" if differing
                      else "the expected ranking")
        else:
            answer = f"recall {recall:.4f}"
        return {**hello, "answer": answer, "recall": recall}


def start(arguments, folder, dimension, stack):
    venv = arguments.venv.absolute() / "bin" / "python"
    common = ["--rows-file", folder / "rows.f32", "--queries-file", folder / "queries.f32",
              "--dimension", dimension, "--rows", ROWS, "--queries", max(QUERIES), "--k", K]
    started = {}
    for searcher in SEARCHERS:
        if searcher.program == "ours":
            command = [arguments.build.resolve() / "bin" / "search_rows", "--scan",
                       searcher.argument, *common]
        else:
            python = venv if searcher.program == "venv" else DEBIAN_PYTHON
            command = [python, "-B", PROGRAM, searcher.argument, *common]
        extra = {"OPENBLAS_CORETYPE": core_type()} if searcher.program == "debian" else {}
        started[searcher.name] = stack.enter_context(
            SearchWorker(searcher.name, command, 1, folder / "workers.log", extra))
    return started


def compare(arguments, folder, data, dimension):
    """One kind of rows: every searcher in turns with each number of queries."""
    rows, queries = made(data, dimension)
    rows.tofile(folder / "rows.f32")
    queries.tofile(folder / "queries.f32")
    want = expected(rows, queries)
    del rows
    with contextlib.ExitStack() as stack:
        started = start(arguments, folder, dimension, stack)
        greetings = {searcher.name: started[searcher.name].greet_searches(want, searcher.is_exact)
                     for searcher in SEARCHERS}
        rounds = []
        for number in range(arguments.rounds):
            seconds = arguments.seconds / TURNS_OF_SECOND
            rounds.append({name: {str(count): worker.median_us(count, seconds)
                                  for count in QUERIES} for name, worker in started.items()})
            print(f"   {data}, {dimension} numbers, round {number + 1} of {arguments.rounds}",
                  file=sys.stderr, flush=True)
        commands = {name: report.plain(worker.command, folder)
                    for name, worker in started.items()}
    return {"data": data, "dimension": dimension, "rows": ROWS, "k": K, "rounds_us": rounds,
            "searchers": [{"name": searcher.name, "what": searcher.what,
                           "package": searcher.package, "command": commands[searcher.name],
                           **greetings[searcher.name]} for searcher in SEARCHERS]}


def measure(arguments, folder):
    load_average = os.getloadavg()[0]  # says whether anything else ran
    command = "scripts/peers.sh --only search " + " ".join(sys.argv[3:])
    origin = report.origin(arguments.build.resolve() / "bin" / "search_rows", command)
    parts = [compare(arguments, folder, *each) for each in DATA]
    return {**origin, "load_average_before": load_average, "core_type": core_type(),
            "parts": parts, "bars": search_report.bars(parts)}


if __name__ == "__main__":
    sys.exit(measuring.main(__doc__, measure, search_report.table, "search",
                            folders=("build", "venv")))
