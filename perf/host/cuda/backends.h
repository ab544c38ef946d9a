// The two backends that requests are timed on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "host/backend/fidelity_backend.h"
#include "perf/host/cuda/search_data.h"

namespace qr::perf {

struct Backends {
    std::unique_ptr<FidelityBackend> cpu;
    std::unique_ptr<FidelityBackend> cuda;
};
// Ends the program when either cannot be made.
Backends make_backends();

// One task, by signed fidelity.
ScoreBatch batch_of(const Shape& shape, const float* queries, const float* documents);

// The vectors in memory of the backend's, where a server's parser puts them; no tasks when they do
// not fit.
ScoreBatch staged(const Vectors& vectors, const StagingMemory& memory);

// The first task's. Ends the program when the backend fails.
std::vector<double> scores_of(FidelityBackend& backend, const ScoreBatch& batch);

// "avx512, 16 threads, 1 lanes"
std::string description_of(const FidelityBackend& backend);

}  // namespace qr::perf
