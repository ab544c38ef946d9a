"""One request scored by each library: query [d] and documents [n, d], float32, as they came.

Each scorer makes a function (query, documents) -> (indices, cosines) of the best TOP_N, at the
settings that made it fastest here. Documents come with the request, so whatever a library needs
done to them (a copy, unit length, an index) is part of the work; what may be kept between requests
(an index to fill again, scratch memory) is kept. Libraries are imported by their own scorer alone,
so that no other's threads stand around.
"""

TOP_N = 10


def numpy_scorer(threads, rows, dimension):
    import numpy as np  # threads: OPENBLAS_NUM_THREADS

    def score(query, documents):
        cosines = documents @ query / np.sqrt(np.vecdot(documents, documents) * (query @ query))
        best = np.argpartition(cosines, -TOP_N)[-TOP_N:]
        best = best[np.argsort(-cosines[best])]
        return best, cosines[best]
    return score


def _torch(threads):
    import torch
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    return torch


def semantic_search(threads, rows, dimension):
    torch = _torch(threads)
    from sentence_transformers import util

    def score(query, documents):
        hits = util.semantic_search(torch.from_numpy(query), torch.from_numpy(documents),
                                    top_k=TOP_N)[0]
        return [hit["corpus_id"] for hit in hits], [hit["score"] for hit in hits]
    return score


def cos_sim(threads, rows, dimension):
    torch = _torch(threads)
    from sentence_transformers import util

    def score(query, documents):
        cosines = util.cos_sim(torch.from_numpy(query), torch.from_numpy(documents))[0]
        best = cosines.topk(TOP_N)
        return best.indices.numpy(), best.values.numpy()
    return score


def _unit(query):
    import numpy as np
    return (query / np.sqrt(query @ query))[None]


def faiss_flat(threads, rows, dimension):
    import faiss
    faiss.omp_set_num_threads(threads)
    index = faiss.IndexFlatIP(dimension)

    def score(query, documents):
        index.reset()
        index.add(documents)
        faiss.fvec_renorm_L2(dimension, len(documents), index.get_xb())  # in place: no second copy
        cosines, best = index.search(_unit(query), TOP_N)
        return best[0], cosines[0]
    return score


def faiss_knn(threads, rows, dimension):
    import faiss
    import numpy as np
    faiss.omp_set_num_threads(threads)
    scratch = np.empty((rows, dimension), np.float32)

    def score(query, documents):
        np.copyto(scratch, documents)
        faiss.normalize_L2(scratch)
        cosines, best = faiss.knn(_unit(query), scratch, TOP_N, metric=faiss.METRIC_INNER_PRODUCT)
        return best[0], cosines[0]
    return score


def usearch_exact(threads, rows, dimension):
    from usearch.index import MetricKind, search

    def score(query, documents):
        found = search(documents, query, TOP_N, MetricKind.Cos, exact=True, threads=threads)
        return found.keys, 1 - found.distances
    return score


def hnswlib_brute_force(threads, rows, dimension):
    import hnswlib
    import numpy as np
    index = hnswlib.BFIndex("cosine", dimension)
    index.init_index(rows)
    labels = np.arange(rows)

    def score(query, documents):
        index.add_items(documents, labels)  # known labels: overwritten in place
        # BFIndex brings documents to unit length but not queries.
        best, distances = index.knn_query(_unit(query), TOP_N, num_threads=threads)
        return best[0], 1 - distances[0]
    return score


SCORERS = {
    "numpy": numpy_scorer,
    "semantic_search": semantic_search,
    "cos_sim": cos_sim,
    "faiss_flat": faiss_flat,
    "faiss_knn": faiss_knn,
    "usearch": usearch_exact,
    "hnswlib": hnswlib_brute_force,
}
