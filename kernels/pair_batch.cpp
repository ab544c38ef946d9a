#include "kernels/pair_batch.h"

#include <algorithm>

namespace qr::device {

PairBatch plan(std::span<PairTask> tasks) {
    PairBatch batch{.task_count = static_cast<unsigned>(tasks.size())};
    for (PairTask& task : tasks) {
        // A number that does not fit belongs to a batch that overlap() refuses.
        task.first_block = static_cast<unsigned>(batch.overlap_blocks);
        batch.overlap_blocks += blocks_for(task.query_count, kOverlapRows) +
                                blocks_for(task.query_count, kOverlapQueries) *
                                    blocks_for(task.document_count, kOverlapRows);
        batch.read_out_blocks =
            std::max(batch.read_out_blocks,
                     task.query_count * blocks_for(task.document_count, kReadOutDocuments));
    }
    return batch;
}

}  // namespace qr::device
