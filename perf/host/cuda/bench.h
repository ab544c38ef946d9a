// The sections of the benchmark. Each passes its gate, measures, and adds what it found.
#pragma once

#include <cuda_runtime_api.h>

#include <optional>
#include <string>

#include "perf/host/cuda/gate.h"
#include "perf/host/cuda/plan.h"
#include "perf/host/cuda/report.h"

namespace qr::perf {

// Operations or bytes a second, of this device in this run. Absent: nothing measured it.
struct Ceilings {
    double copy_bytes = 0;                            // read and written, device to device
    double fp32_operations = 0, fp64_operations = 0;  // multiplications and additions, plain
    // Square products through cuBLAS.
    std::optional<double> fp32_matrix, fp16_matrix, fp64_matrix;
    std::string no_matrix;  // why the products are absent
};

struct Bench {
    const Plan& plan;
    cudaStream_t stream = nullptr;
    Gate gate;
    Report report;
    Ceilings ceilings = {};
};

void measure_ceilings(Bench& bench);  // always first: the bars are fractions of them
void measure_encode(Bench& bench);
void measure_search(Bench& bench);
void measure_collections(Bench& bench);
void measure_latency(Bench& bench);
void measure_router(Bench& bench);

}  // namespace qr::perf
