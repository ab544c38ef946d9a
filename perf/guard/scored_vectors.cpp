#include "perf/guard/scored_vectors.h"

#include "host/backend/backends.h"
#include "perf/gate.h"
#include "perf/inputs/vectors.h"

namespace qr::perf {
namespace {

constexpr std::uint32_t kSeed = 1;

std::unique_ptr<FidelityBackend> make(std::string_view name) {
    auto made = make_backend(name, {.threads = 1});
    if (!made.ok()) shut_gate(name, made.error().message);
    return std::move(made).value();
}

}  // namespace

std::unique_ptr<FidelityBackend> make_counted_backend() {
    return make("cpu-avx2");
}

ScoredVectors::ScoredVectors(std::size_t documents, std::size_t dimension, scoring::Method method)
    : documents_(documents),
      dimension_(dimension),
      method_(method),
      numbers_(make_vectors((1 + documents) * dimension, kSeed)) {
    const auto scores = make("reference")->score({{task()}});
    if (!scores.ok()) shut_gate("reference", scores.error().message);
    expected_ = scores->tasks.at(0).values;
}

ScoreTask ScoredVectors::task() const {
    return {.queries = {numbers_.data(), 1, dimension_},
            .documents = {numbers_.data() + dimension_, documents_, dimension_},
            .method = method_};
}

void ScoredVectors::pass_gate(std::string_view name, std::span<const double> found) const {
    perf::pass_gate<double>(name, expected_, found);
}

}  // namespace qr::perf
