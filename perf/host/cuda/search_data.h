// One search on both sides: vectors in the host's memory and the device's, and the CPU's answer.
#pragma once

#include <cstdint>
#include <vector>

#include "host/state/matrix_view.h"
#include "kernels/scoring/methods.h"
#include "perf/host/cuda/plan.h"

namespace qr::perf {

// What perf/kernels/fill makes of the seed, for the queries, and of the next, for the documents.
struct Vectors {
    Vectors(const Shape& of, std::uint64_t seed);
    MatrixView query_view() const { return {queries.data(), shape.queries, shape.dimension}; }
    MatrixView document_view() const {
        return {documents.data(), shape.documents, shape.dimension};
    }
    std::size_t bytes() const { return (queries.size() + documents.size()) * sizeof(float); }

    Shape shape;
    std::vector<float> queries, documents;
};

// The best documents of each query: descending scores, ties by ascending column.
struct Best {
    std::vector<std::uint32_t> columns;  // [queries, k]
    std::vector<double> scores;          // likewise
};

// By the CPU backend, every pair. Ends the program when that fails.
Best best_on_the_cpu(const Vectors& vectors, scoring::Method method, std::size_t k);

// Columns, then the scores' bits: what a gate compares.
std::vector<std::uint64_t> words_of(const Best& best);

}  // namespace qr::perf
