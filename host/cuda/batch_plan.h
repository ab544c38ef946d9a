// Cuts a batch into chunks: what one slot uploads, computes and downloads at a time.
//
// Pure. Chunks hold tasks of one method, in the order of the batch; a task is cut only where it
// does not fit into an empty slot, by queries first and then by documents, so that its chunks meet
// its documents in ascending order for each range of queries. The cut decides where a score is
// computed, never its value.
#pragma once

#include <cstddef>
#include <vector>

#include "host/backend/fidelity_backend.h"
#include "kernels/math/amplitude.h"
#include "kernels/read_out.h"

namespace qr::cuda {

// Where a matrix begins in a slot, so that rows of a dimension divisible by four are loaded 16
// bytes at a time.
inline constexpr std::size_t kMatrixAlignment = 16;

constexpr std::size_t aligned(std::size_t bytes) {
    return (bytes + kMatrixAlignment - 1) / kMatrixAlignment * kMatrixAlignment;
}

// What the memory of a slot is planned for, and how long it may keep its lane.
struct ChunkLimits {
    // Some hundred microseconds of filling or copying, against some ten of launching it; larger
    // chunks save nothing more and overlap less.
    std::size_t vector_bytes = std::size_t{4} << 20;
    std::size_t pairs = std::size_t{1} << 19;  // as many bytes to download
    std::size_t rows = std::size_t{1} << 17;   // binds below dimension 8 alone
    std::size_t tasks = 512;
    // 4 ms on the slowest device (2.5e11 double-precision operations a second), less than 0.1 ms on
    // one with 3e13: until then nobody asks whether the scores are still wanted.
    std::size_t multiply_adds = std::size_t{1} << 29;

    // One query and one document always fit, whatever their dimension.
    constexpr bool fit_any_pair() const {
        return vector_bytes >= 2 * aligned(math::kDimensionMax * sizeof(float)) && pairs >= 1 &&
               rows >= 2 && tasks >= 1 && tasks <= device::kReadOutTasksMax &&
               multiply_adds >= math::kDimensionMax;
    }
};
static_assert(ChunkLimits{}.fit_any_pair());

// A block of one task: some of its queries against some of its documents.
struct Part {
    std::size_t task = 0;  // index in the batch
    std::size_t query_begin = 0;
    std::size_t query_count = 0;
    std::size_t document_begin = 0;
    std::size_t document_count = 0;
    friend bool operator==(const Part&, const Part&) = default;
};

struct Chunk {
    scoring::Method method = scoring::Method::signed_fidelity;
    std::size_t part_begin = 0;
    std::size_t part_count = 0;
    friend bool operator==(const Chunk&, const Chunk&) = default;
};

struct BatchPlan {
    std::vector<Part> parts;  // those of a chunk lie together
    std::vector<Chunk> chunks;
};

// Every pair of the batch, once. The limits fit any pair.
BatchPlan plan_batch(const ScoreBatch& batch, const ChunkLimits& limits);

}  // namespace qr::cuda
