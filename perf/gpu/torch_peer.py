"""The same search by torch on the same vectors: the peer of gpu_bench's search.

    python3 torch_peer.py FOLDER [--device cuda]

FOLDER holds what `gpu_bench --arrays` wrote: queries.npy, documents.npy, columns.npy (the exact
best documents of each query). Documents are normalised once, as a resident collection is; what is
timed is the product and topk, in float32 (with and without TF32) and float16. Prints JSON: times,
and which share of the exact answer each form found.
"""

import argparse
import json
import pathlib
import statistics
import time

import numpy
import torch

REPEATS = 30
REPEATS_MIN = 3
SECONDS_MAX = 5.0


def time_once(device, work):
    """Seconds: between two events on a device, as gpu_bench counts them; else by the clock."""
    if device.type != "cuda":
        start = time.perf_counter()
        found = work()
        return time.perf_counter() - start, found
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begin.record()
    found = work()
    end.record()
    end.synchronize()
    return begin.elapsed_time(end) * 1e-3, found


def time_search(device, queries, documents, k):
    def search():
        return torch.topk(queries @ documents.T, k, dim=1)

    time_once(device, search)
    seconds, began = [], time.perf_counter()
    while len(seconds) < REPEATS_MIN or (
            len(seconds) < REPEATS and time.perf_counter() - began < SECONDS_MAX):
        once, found = time_once(device, search)
        seconds.append(once)
    return seconds, found.indices.cpu().numpy()


def share_found(exact, found):
    """Of the exact best documents, whatever their order."""
    return sum(len(set(e) & set(f)) for e, f in zip(exact.tolist(), found.tolist())) / exact.size


def measure(device, arrays):
    exact = arrays["columns"].astype(numpy.int64)
    states = {name: torch.nn.functional.normalize(
        torch.from_numpy(arrays[name].astype(numpy.float32)).to(device), dim=1)
        for name in ("queries", "documents")}
    forms = {"float32": (torch.float32, False), "float32_tf32": (torch.float32, True),
             "float16": (torch.float16, False)}
    result = {}
    for form, (dtype, tf32) in forms.items():
        torch.backends.cuda.matmul.allow_tf32 = tf32
        seconds, found = time_search(device, states["queries"].to(dtype),
                                     states["documents"].to(dtype), exact.shape[1])
        result[form] = {"count": len(seconds), "median_s": statistics.median(seconds),
                        "least_s": min(seconds), "found_of_exact": share_found(exact, found)}
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--device", default="cuda")
    arguments = parser.parse_args()
    arrays = {name: numpy.load(arguments.folder / f"{name}.npy")
              for name in ("queries", "documents", "columns")}
    device = torch.device(arguments.device)
    print(json.dumps({
        "version": torch.__version__, "cuda": torch.version.cuda,
        "settings": "topk of queries @ documents.T, documents resident and normalised",
        "queries": len(arrays["queries"]), "documents": len(arrays["documents"]),
        "dimension": arrays["queries"].shape[1], "k": arrays["columns"].shape[1],
        "forms": measure(device, arrays),
    }, indent=1))


if __name__ == "__main__":
    main()
