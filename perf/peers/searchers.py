"""Rows that stay in memory, searched by each library: the best k by inner product of unit vectors.

Each searcher makes, of rows [n, d], a function queries [q, d] -> (indices [q, k], scores [q, k]).
The rows are unit vectors, so the inner product is the cosine. Libraries are imported by their own
searcher alone.
"""


def faiss_flat(rows, k, threads):
    import faiss
    faiss.omp_set_num_threads(threads)
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)

    def search(queries):
        scores, best = index.search(queries, k)
        return best, scores
    return search


def faiss_flat_blas(rows, k, threads):
    """By matrix products from one query on: without this, FAISS takes them from 20 on."""
    import faiss
    faiss.cvar.distance_compute_blas_threshold = 1
    return faiss_flat(rows, k, threads)


def _usearch(rows, k, threads, cast):
    from usearch.index import MetricKind, search
    kept = cast(rows)

    def find(queries):
        found = search(kept, cast(queries), k, MetricKind.IP, exact=True, threads=threads)
        keys, distances = found.keys, found.distances
        return keys.reshape(len(queries), k), 1 - distances.reshape(len(queries), k)
    return find


def usearch_float32(rows, k, threads):
    return _usearch(rows, k, threads, lambda values: values)


def usearch_float16(rows, k, threads):
    import numpy as np
    return _usearch(rows, k, threads, lambda values: values.astype(np.float16))


def hnswlib_brute_force(rows, k, threads):
    import hnswlib
    import numpy as np
    index = hnswlib.BFIndex("ip", rows.shape[1])
    index.init_index(len(rows))
    index.add_items(rows, np.arange(len(rows)))

    def search(queries):
        best, distances = index.knn_query(queries, k, num_threads=threads)
        return best, 1 - distances
    return search


SEARCHERS = {
    "faiss_flat": faiss_flat,
    "faiss_flat_blas": faiss_flat_blas,
    "usearch_float32": usearch_float32,
    "usearch_float16": usearch_float16,
    "hnswlib": hnswlib_brute_force,
}
