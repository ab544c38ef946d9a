"""The libraries that score in memory: where each is installed, its settings, how to start it."""

import typing

import bodies
import workers

COPIED = "documents copied and brought to unit length"


class Library(typing.NamedTuple):
    name: str
    scorer: str       # of scorers.py
    interpreter: str  # venv (PyPI) or debian
    packages: tuple   # whose versions stand in the row
    what: str
    settings: str


LIBRARIES = (
    Library("numpy", "numpy", "venv", ("numpy",), "numpy",
            "float32 matrix product, np.vecdot for the norms, argpartition"),
    Library("semantic_search", "semantic_search", "venv", ("sentence_transformers", "torch"),
            "sentence-transformers, util.semantic_search",
            "tensors made by torch.from_numpy, no gradients"),
    Library("cos_sim", "cos_sim", "venv", ("sentence_transformers", "torch"),
            "sentence-transformers, util.cos_sim and topk",
            "tensors made by torch.from_numpy, no gradients"),
    Library("faiss_flat", "faiss_flat", "venv", ("faiss",), "FAISS (PyPI), IndexFlatIP",
            "index refilled for each request, rows brought to unit length inside it"),
    Library("faiss_knn", "faiss_knn", "venv", ("faiss",), "FAISS (PyPI), faiss.knn",
            "inner product; " + COPIED),
    Library("debian_faiss_flat", "faiss_flat", "debian", ("faiss",), "FAISS (Debian), IndexFlatIP",
            "index refilled for each request, rows brought to unit length inside it"),
    Library("debian_faiss_knn", "faiss_knn", "debian", ("faiss",), "FAISS (Debian), faiss.knn",
            "inner product; " + COPIED),
    Library("usearch", "usearch", "venv", ("usearch",), "usearch, search(exact=True)",
            "MetricKind.Cos, float32"),
    Library("hnswlib", "hnswlib", "venv", ("hnswlib",), "hnswlib, BFIndex",
            "cosine; rows of a kept index overwritten for each request"),
)


def start(build, interpreters, vectors, documents, threads, log):
    """All workers at these numbers of threads by (name, threads), ours first; nothing is awaited.

    `vectors` is the file they read, of max(documents) documents.
    """
    common = ["--vectors", vectors, "--dimension", bodies.DIMENSION]
    sizes = ["--documents", *documents]
    here = {"ours": [build / "bin" / "score_request", *common, *sizes]}
    for library in LIBRARIES:
        here[library.name] = [interpreters[library.interpreter], "-B", workers.PROGRAM,
                              library.scorer, *common, *sizes]
    return {(name, count): workers.Worker(name, command, count, log)
            for name, command in here.items() for count in threads}


def describe(library, greeting):
    """(version, settings) as a row states them."""
    version = ", ".join(f"{name} {greeting['versions'][name]}" for name in library.packages)
    return version, f"{library.settings}; BLAS: {greeting['blas']}"
