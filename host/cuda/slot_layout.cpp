#include "host/cuda/slot_layout.h"

#include <functional>

#include "host/base/check.h"
#include "host/base/narrow.h"

namespace qr::cuda {
namespace {

using device::PairTable;
using device::PairTask;

// What a runtime gives an allocation; the origin keeps it, and with it everything that is placed
// from there.
constexpr std::size_t kOriginAlignment = 256;
static_assert(sizeof(PairTask) % kMatrixAlignment == 0 && alignof(PairTask) <= kMatrixAlignment);
static_assert(sizeof(PairTable) % alignof(PairTask) == 0);

std::size_t bad_rows_bytes(const ChunkLimits& limits) {
    return aligned(limits.tasks * sizeof(unsigned));
}

MatrixView rows_of(const MatrixView& matrix, std::size_t begin, std::size_t count) {
    return {matrix.data + begin * matrix.dimension, count, matrix.dimension};
}

bool is_within(std::span<const std::byte> memory, const PlacedMatrix& matrix) {
    const auto* const begin = reinterpret_cast<const std::byte*>(matrix.view.data);
    const std::less_equal<> is_before;
    return !memory.empty() && is_before(memory.data(), begin) &&
           is_before(begin + matrix.bytes(), memory.data() + memory.size());
}

template <class Visit>
void for_each_matrix(ChunkLayout& layout, bool is_direct, Visit visit) {
    for (PlacedPart& part : layout.parts) {
        if (part.queries.is_direct == is_direct) visit(part.queries);
        if (part.documents.is_direct == is_direct) visit(part.documents);
    }
}

}  // namespace

SlotShape shape_of(const ChunkLimits& limits) {
    SlotShape shape;
    const std::size_t uploaded = limits.vector_bytes + limits.tasks * sizeof(PairTask) +
                                 sizeof(PairTable) + bad_rows_bytes(limits);
    shape.origin = (uploaded + kOriginAlignment - 1) / kOriginAlignment * kOriginAlignment;
    shape.table = shape.origin - bad_rows_bytes(limits) - sizeof(PairTable);
    shape.host_bytes = shape.origin + limits.pairs * sizeof(double);
    shape.norms = shape.host_bytes;
    shape.device_bytes = shape.norms + limits.rows * sizeof(double);
    return shape;
}

ChunkLayout lay_out(const ScoreBatch& batch, std::span<const Part> parts, const SlotShape& shape,
                    std::span<const std::byte> page_locked) {
    ChunkLayout layout;
    layout.parts.reserve(parts.size());
    std::size_t norms = 0;
    for (const Part& part : parts) {
        const ScoreTask& task = batch.tasks[part.task];
        PlacedPart placed{.part = part, .first_pair = layout.pairs, .first_norm = norms};
        placed.queries.view = rows_of(task.queries, part.query_begin, part.query_count);
        placed.documents.view = rows_of(task.documents, part.document_begin, part.document_count);
        for (PlacedMatrix* const matrix : {&placed.queries, &placed.documents}) {
            matrix->is_direct =
                matrix->bytes() >= kDirectBytesMin && is_within(page_locked, *matrix);
        }
        layout.pairs += part.query_count * part.document_count;
        norms += part.query_count + part.document_count;
        layout.parts.push_back(placed);
    }
    layout.bad_rows = shape.origin - parts.size() * sizeof(unsigned);
    layout.tasks = shape.table - parts.size() * sizeof(PairTask);

    std::size_t vectors = 0;
    const auto measure = [&](PlacedMatrix& matrix) { vectors += aligned(matrix.bytes()); };
    for_each_matrix(layout, false, measure);
    const std::size_t end = layout.tasks / kMatrixAlignment * kMatrixAlignment;
    layout.staged = end - vectors;
    for_each_matrix(layout, true, measure);
    QR_CHECK(vectors <= end);
    layout.begin = end - vectors;
    std::size_t next = layout.begin;
    const auto place = [&](PlacedMatrix& matrix) {
        matrix.offset = next;
        next += aligned(matrix.bytes());
    };
    for_each_matrix(layout, true, place);
    for_each_matrix(layout, false, place);
    return layout;
}

std::vector<PairTask> tasks_of(const ChunkLayout& layout, const SlotShape& shape,
                               std::byte* device) {
    auto* const bad_rows = reinterpret_cast<unsigned*>(device + layout.bad_rows);
    auto* const pairs = reinterpret_cast<double*>(device + shape.origin);
    auto* const norms = reinterpret_cast<double*>(device + shape.norms);
    std::vector<PairTask> tasks;
    tasks.reserve(layout.parts.size());
    for (const PlacedPart& placed : layout.parts) {
        tasks.push_back({
            .queries = reinterpret_cast<const float*>(device + placed.queries.offset),
            .documents = reinterpret_cast<const float*>(device + placed.documents.offset),
            .query_norms2 = norms + placed.first_norm,
            .document_norms2 = norms + placed.first_norm + placed.part.query_count,
            .pairs = pairs + placed.first_pair,
            .first_bad_row = bad_rows + tasks.size(),
            .query_count = narrow<unsigned>(placed.part.query_count),
            .document_count = narrow<unsigned>(placed.part.document_count),
            .dimension = narrow<unsigned>(placed.queries.view.dimension),
        });
    }
    return tasks;
}

}  // namespace qr::cuda
