#include "kernels/pair_batch.h"

#include <algorithm>

namespace qr::device {
namespace {

// Long strips read their queries less often; these leave some hundred of them at least.
constexpr std::size_t kStripsWanted = 512;
constexpr std::size_t kStripLengthMax = 4;

std::size_t tiles_of(const PairTask& task) {
    if (task.query_count == 1) return blocks_for(task.document_count, kNarrowRows);
    return blocks_for(task.query_count, kTileQueries) * blocks_for(task.document_count, kTileRows);
}

std::size_t strip_documents_of(const PairTask& task) {
    const std::size_t shortest = blocks_for(task.query_count, kStripQueries) *
                                 blocks_for(task.document_count, kStripDocuments);
    return kStripDocuments * std::clamp<std::size_t>(shortest / kStripsWanted, 1, kStripLengthMax);
}

}  // namespace

PairBatch plan(std::span<PairTask> tasks, std::size_t strip_pairs_min) {
    PairBatch batch{.task_count = static_cast<unsigned>(tasks.size())};
    for (PairTask& task : tasks) {
        // A number that does not fit belongs to a batch that overlap() refuses.
        task.first_block = static_cast<unsigned>(batch.overlap_blocks);
        task.first_strip = static_cast<unsigned>(batch.strip_blocks);
        task.strip_documents = 0;
        batch.overlap_blocks += blocks_for(task.query_count, kNarrowRows);
        if (task.query_count > kTileQueries &&
            std::size_t{task.query_count} * task.document_count >= strip_pairs_min) {
            const std::size_t documents = strip_documents_of(task);
            task.strip_documents = static_cast<unsigned>(documents);
            batch.strip_blocks += blocks_for(task.query_count, kStripQueries) *
                                  blocks_for(task.document_count, documents);
            batch.strip_dimension_max =
                std::max<std::size_t>(batch.strip_dimension_max, task.dimension);
        } else {
            batch.overlap_blocks += tiles_of(task);
        }
        batch.read_out_blocks =
            std::max(batch.read_out_blocks,
                     task.query_count * blocks_for(task.document_count, kReadOutDocuments));
    }
    return batch;
}

}  // namespace qr::device
