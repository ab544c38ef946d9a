"""Scores a request with one library, again and again, when told to.

    worker.py SCORER --vectors FILE --dimension D --threads T --documents N...

FILE holds float32 rows, the query first. Prints one line of JSON: the libraries' versions, the BLAS
in use and a ranking for each N. Then, for each line `N SECONDS` of its input, scores for so long
and prints {"us": the median time of a request}. Ends with its input. score_request.cpp is the same
for the server's own kernels.
"""

import argparse
import json
import platform
import statistics
import sys
import time

import numpy as np
import scorers

# Requests rotate through several buffers, as vectors do that were read from a socket.
BUFFERS = 4
BLOCK = 16  # requests timed at a stretch


def blas():
    try:
        import threadpoolctl
    except ImportError:
        return "not known: threadpoolctl is not installed"
    return ", ".join(" ".join(str(info[key]) for key in ("internal_api", "version", "architecture"))
                     for info in threadpoolctl.threadpool_info()
                     if info["user_api"] == "blas") or "none that threadpoolctl knows"


def versions():
    names = ("numpy", "torch", "sentence_transformers", "faiss", "usearch", "hnswlib")
    loaded = {name: getattr(sys.modules.get(name), "__version__", None) for name in names}
    if "hnswlib" in sys.modules and not loaded["hnswlib"]:
        from importlib import metadata
        loaded["hnswlib"] = metadata.version("hnswlib")
    return {name: version for name, version in loaded.items() if version}


def median_us(run, block, seconds):
    """Of run(*arguments) with the arguments of `block`, which are timed at a stretch."""
    samples = []
    deadline = time.perf_counter() + seconds
    while not samples or time.perf_counter() < deadline:
        started = time.perf_counter_ns()
        for arguments in block:
            run(*arguments)
        samples.append((time.perf_counter_ns() - started) / len(block) / 1e3)
    return statistics.median(samples)


def take_turns(timed):
    """For each line `COUNT SECONDS` of the input, what timed(count, seconds) takes."""
    for line in sys.stdin:
        count, seconds = int(line.split()[0]), float(line.split()[1])
        print(json.dumps({"us": timed(count, seconds)}), flush=True)


def ranking(score, query, documents):
    indices, cosines = score(query, documents)
    return [[int(index), float(cosine)] for index, cosine in zip(indices, cosines)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scorer", choices=scorers.SCORERS)
    parser.add_argument("--vectors", required=True)
    parser.add_argument("--dimension", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--documents", type=int, nargs="+", required=True)
    arguments = parser.parse_args()
    vectors = np.fromfile(arguments.vectors, np.float32).reshape(-1, arguments.dimension)
    make = scorers.SCORERS[arguments.scorer]
    scores, requests = {}, {}
    for count in arguments.documents:
        scores[count] = make(arguments.threads, count, arguments.dimension)
        buffers = [vectors[:1 + count].copy() for _ in range(BUFFERS)]
        requests[count] = [(buffer[0], buffer[1:]) for buffer in buffers]
    rankings = {count: ranking(scores[count], *requests[count][0]) for count in scores}
    print(json.dumps({"python": platform.python_version(), "versions": versions(), "blas": blas(),
                      "rankings": rankings}), flush=True)

    def timed(count, seconds):
        block = [requests[count][i % BUFFERS] for i in range(BLOCK)]
        return median_us(scores[count], block, seconds)
    take_turns(timed)


if __name__ == "__main__":
    main()
