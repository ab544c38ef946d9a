// The walk over queries and documents that every instruction set shares.
//
// Only kernel_<set>.cpp may include this: everything is in an anonymous namespace on purpose, so
// that each of them keeps its own copy, compiled with its own flags (see kernels.h). A `Block`
// supplies the arithmetic:
//   kQueriesMax             queries it can sum in one pass over a row: 1, 2 or 4
//   rows_at_once<Q>         rows it takes per call with Q queries, to share the query's loads
//   run<Q, R, N>(...)       sums Q queries against R rows, and their norms when N is `fused`
#pragma once

#include <cstddef>

#include "host/backend/cpu/kernels.h"

namespace qr::cpu {
namespace {

enum class Norms { fused, known };

template <class Block, std::size_t kQueries, Norms kNorms>
void walk_rows(const double* queries, std::size_t query_stride, const FloatRows& documents,
               const SumTarget& sums) {
    constexpr std::size_t kRows = Block::template rows_at_once<kQueries>;
    std::size_t r = 0;
    for (; r + kRows <= documents.count; r += kRows) {
        Block::template run<kQueries, kRows, kNorms>(
            queries, query_stride, documents.data + r * documents.dimension, documents.dimension,
            SumTarget{sums.dots + r, sums.stride, sums.norms2 + r});
    }
    for (; r < documents.count; ++r) {
        Block::template run<kQueries, 1, kNorms>(
            queries, query_stride, documents.data + r * documents.dimension, documents.dimension,
            SumTarget{sums.dots + r, sums.stride, sums.norms2 + r});
    }
}

// The next block of queries against all rows; returns how many queries that took.
template <class Block, Norms kNorms>
std::size_t walk_queries(const WideRows& queries, const FloatRows& documents,
                         const SumTarget& sums) {
    if constexpr (Block::kQueriesMax >= 4) {
        if (queries.count >= 4) {
            walk_rows<Block, 4, kNorms>(queries.data, queries.stride, documents, sums);
            return 4;
        }
    }
    if constexpr (Block::kQueriesMax >= 2) {
        if (queries.count >= 2) {
            walk_rows<Block, 2, kNorms>(queries.data, queries.stride, documents, sums);
            return 2;
        }
    }
    walk_rows<Block, 1, kNorms>(queries.data, queries.stride, documents, sums);
    return 1;
}

// Rows are looped inside queries: the caller hands in few enough rows to stay in the L2 cache.
template <class Block>
void inner_products(const WideRows& queries, const FloatRows& documents, const SumTarget& sums) {
    std::size_t done = walk_queries<Block, Norms::fused>(queries, documents, sums);
    while (done < queries.count) {
        const WideRows rest{queries.data + done * queries.stride, queries.count - done,
                            queries.stride};
        const SumTarget target{sums.dots + done * sums.stride, sums.stride, sums.norms2};
        done += walk_queries<Block, Norms::known>(rest, documents, target);
    }
}

}  // namespace
}  // namespace qr::cpu
