#include "host/backend/cost_model.h"

#include <functional>

namespace qr {
namespace {

std::size_t bytes_of(const MatrixView& matrix) {
    return matrix.rows * matrix.dimension * sizeof(float);
}

bool lies_in(std::span<const std::byte> staging, const MatrixView& matrix) {
    const auto* const begin = reinterpret_cast<const std::byte*>(matrix.data);
    const std::less_equal<const std::byte*> is_up_to;  // pointers of different arrays
    return is_up_to(staging.data(), begin) &&
           is_up_to(begin + bytes_of(matrix), staging.data() + staging.size());
}

void add(const MatrixView& matrix, std::span<const std::byte> staging, BatchShape& shape) {
    const bool is_staged = !staging.empty() && lies_in(staging, matrix);
    (is_staged ? shape.staged : shape.bytes) += bytes_of(matrix);
}

}  // namespace

BatchShape shape_of(const ScoreBatch& batch, std::span<const std::byte> staging) {
    BatchShape shape{.tasks = batch.tasks.size()};
    for (const ScoreTask& task : batch.tasks) {
        add(task.queries, staging, shape);
        add(task.documents, staging, shape);
        const std::size_t pairs = task.queries.rows * task.documents.rows;
        shape.pairs += pairs;
        shape.multiply_adds += pairs * task.documents.dimension;
    }
    return shape;
}

BatchShape shape_of(std::size_t queries, std::size_t documents, std::size_t dimension) {
    return {.tasks = 1,
            .staged = (queries + documents) * dimension * sizeof(float),
            .multiply_adds = queries * documents * dimension,
            .pairs = queries * documents};
}

double work_seconds(const SideCosts& costs, const BatchShape& shape) {
    return static_cast<double>(shape.tasks) * costs.task +
           static_cast<double>(shape.bytes) * costs.byte +
           static_cast<double>(shape.staged) * costs.staged_byte +
           static_cast<double>(shape.multiply_adds) * costs.multiply_add +
           static_cast<double>(shape.pairs) * costs.pair;
}

double seconds(const SideCosts& costs, const BatchShape& shape) {
    return costs.latency + work_seconds(costs, shape);
}

// Both costs are linear in the queries, so one comparison holds from some number on or up to it.
std::optional<std::size_t> crossover_queries(const SideCosts& device, const SideCosts& host,
                                             std::size_t documents, std::size_t dimension,
                                             std::size_t queries_max) {
    const auto is_device_first = [&](std::size_t queries) {
        const BatchShape shape = shape_of(queries, documents, dimension);
        return !is_host_first(seconds(host, shape), seconds(device, shape));
    };
    if (queries_max == 0 || !is_device_first(queries_max)) return std::nullopt;
    std::size_t host_first = 0;
    std::size_t device_first = queries_max;
    while (device_first - host_first > 1) {
        const std::size_t middle = host_first + (device_first - host_first) / 2;
        (is_device_first(middle) ? device_first : host_first) = middle;
    }
    return device_first;
}

}  // namespace qr
