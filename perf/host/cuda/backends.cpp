#include "perf/host/cuda/backends.h"

#include <algorithm>

#include "host/backend/backends.h"
#include "host/cuda/cuda_backend.h"
#include "perf/host/cuda/measure.h"

namespace qr::perf {

Backends make_backends() {
    auto cpu = make_backend("cpu", {});
    if (!cpu.ok()) give_up(cpu.error().message);
    auto device = cuda::make_cuda_backend({});
    if (!device.ok()) give_up(device.error().message);
    return {*std::move(cpu), *std::move(device)};
}

ScoreBatch batch_of(const Shape& shape, const float* queries, const float* documents) {
    return {{{{queries, shape.queries, shape.dimension},
              {documents, shape.documents, shape.dimension},
              scoring::Method::signed_fidelity}}};
}

ScoreBatch staged(const Vectors& vectors, const StagingMemory& memory) {
    if (memory.bytes.size() < vectors.bytes()) return {};
    auto* const floats = reinterpret_cast<float*>(memory.bytes.data());
    std::ranges::copy(vectors.queries, floats);
    std::ranges::copy(vectors.documents, floats + vectors.queries.size());
    return batch_of(vectors.shape, floats, floats + vectors.queries.size());
}

std::vector<double> scores_of(FidelityBackend& backend, const ScoreBatch& batch) {
    auto scores = backend.score(batch);
    if (!scores.ok()) give_up(scores.error().message);
    return std::move(scores->tasks.front().values);
}

std::string description_of(const FidelityBackend& backend) {
    const BackendCapabilities can = backend.capabilities();
    return can.instruction_set + ", " + std::to_string(can.threads) + " threads, " +
           std::to_string(can.lanes) + " lanes";
}

}  // namespace qr::perf
