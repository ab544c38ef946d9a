#include "host/cuda/batch_plan.h"

#include <algorithm>

#include "host/base/check.h"

namespace qr::cuda {
namespace {

// What a part takes of a slot.
struct Size {
    std::size_t vector_bytes = 0;
    std::size_t pairs = 0;
    std::size_t rows = 0;
    std::size_t tasks = 0;
    std::size_t multiply_adds = 0;
};

Size size_of(const Part& part, std::size_t dimension) {
    const std::size_t row_bytes = dimension * sizeof(float);
    const std::size_t pairs = part.query_count * part.document_count;
    return {.vector_bytes =
                aligned(part.query_count * row_bytes) + aligned(part.document_count * row_bytes),
            .pairs = pairs,
            .rows = part.query_count + part.document_count,
            .tasks = 1,
            .multiply_adds = pairs * dimension};
}

Size sum(const Size& a, const Size& b) {
    return {a.vector_bytes + b.vector_bytes, a.pairs + b.pairs, a.rows + b.rows, a.tasks + b.tasks,
            a.multiply_adds + b.multiply_adds};
}

bool fits(const Size& size, const ChunkLimits& limits) {
    return size.vector_bytes <= limits.vector_bytes && size.pairs <= limits.pairs &&
           size.rows <= limits.rows && size.tasks <= limits.tasks &&
           size.multiply_adds <= limits.multiply_adds;
}

// Queries take up to half of a slot's memory: the fewer of them, the more often documents travel,
// and the other way round.
std::size_t queries_of_a_part(const ScoreTask& task, const ChunkLimits& limits) {
    const std::size_t dimension = task.queries.dimension;
    const std::size_t row_bytes = dimension * sizeof(float);
    return std::min({task.queries.rows, limits.vector_bytes / 2 / row_bytes, limits.pairs,
                     limits.rows / 2, limits.multiply_adds / dimension});
}

// That fit into an empty slot beside so many queries.
std::size_t documents_of_a_part(const ScoreTask& task, std::size_t queries,
                                const ChunkLimits& limits) {
    const std::size_t dimension = task.queries.dimension;
    const std::size_t row_bytes = dimension * sizeof(float);
    const std::size_t left = limits.vector_bytes - aligned(queries * row_bytes);
    return std::min({task.documents.rows, left / kMatrixAlignment * kMatrixAlignment / row_bytes,
                     limits.pairs / queries, limits.rows - queries,
                     limits.multiply_adds / (queries * dimension)});
}

class Cutter {
  public:
    Cutter(scoring::Method method, const ChunkLimits& limits, BatchPlan& plan)
        : method_(method), limits_(limits), plan_(plan) {}

    void add(const ScoreTask& task, std::size_t index) {
        const std::size_t queries_max = queries_of_a_part(task, limits_);
        Part part{.task = index};
        for (; part.query_begin < task.queries.rows; part.query_begin += part.query_count) {
            part.query_count = std::min(queries_max, task.queries.rows - part.query_begin);
            const std::size_t documents_max = documents_of_a_part(task, part.query_count, limits_);
            part.document_begin = 0;
            for (; part.document_begin < task.documents.rows;
                 part.document_begin += part.document_count) {
                part.document_count =
                    std::min(documents_max, task.documents.rows - part.document_begin);
                place(part, task.queries.dimension);
            }
        }
    }

  private:
    void place(const Part& part, std::size_t dimension) {
        const Size size = size_of(part, dimension);
        QR_CHECK(fits(size, limits_));
        if (!is_open_ || !fits(sum(used_, size), limits_)) {
            plan_.chunks.push_back({.method = method_, .part_begin = plan_.parts.size()});
            used_ = {};
            is_open_ = true;
        }
        used_ = sum(used_, size);
        plan_.parts.push_back(part);
        ++plan_.chunks.back().part_count;
    }

    const scoring::Method method_;
    const ChunkLimits& limits_;
    BatchPlan& plan_;
    bool is_open_ = false;
    Size used_;  // of the open chunk
};

}  // namespace

BatchPlan plan_batch(const ScoreBatch& batch, const ChunkLimits& limits) {
    QR_CHECK(limits.fit_any_pair());
    BatchPlan plan;
    plan.parts.reserve(batch.tasks.size());
    for (const scoring::MethodInfo& info : scoring::kMethods) {
        Cutter cutter(info.method, limits, plan);
        for (std::size_t i = 0; i < batch.tasks.size(); ++i) {
            if (batch.tasks[i].method == info.method) cutter.add(batch.tasks[i], i);
        }
    }
    return plan;
}

}  // namespace qr::cuda
