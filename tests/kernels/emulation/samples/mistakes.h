// Kernels that each hold one mistake; the comment `mistake: name` marks the line to be reported.
#pragma once

#include <cuda_runtime.h>

namespace qr::samples {

// Reads `input`, writes `output`, both of n floats, in one block of 64 threads or two of 32.
using Broken = cudaError_t (*)(const float* input, float* output, int n, cudaStream_t stream);

cudaError_t barrier_missing_after_reading(const float*, float*, int, cudaStream_t);
cudaError_t barrier_missing_after_one_producer(const float*, float*, int, cudaStream_t);
cudaError_t warp_barrier_missing(const float*, float*, int, cudaStream_t);
cudaError_t counter_not_atomic(const float*, float*, int, cudaStream_t);
cudaError_t blocks_share_a_cell(const float*, float*, int, cudaStream_t);
cudaError_t barrier_skipped_by_a_return(const float*, float*, int, cudaStream_t);
cudaError_t two_barriers_meet(const float*, float*, int, cudaStream_t);
cudaError_t barrier_against_shuffle(const float*, float*, int, cudaStream_t);
cudaError_t shuffle_in_a_branch(const float*, float*, int, cudaStream_t);
cudaError_t mask_without_the_caller(const float*, float*, int, cudaStream_t);
cudaError_t two_warp_operations_meet(const float*, float*, int, cudaStream_t);
cudaError_t masks_that_differ(const float*, float*, int, cudaStream_t);
cudaError_t spins_for_ever(const float*, float*, int, cudaStream_t);
cudaError_t traps(const float*, float*, int, cudaStream_t);
cudaError_t guard_missing(const float*, float*, int, cudaStream_t);
cudaError_t dynamic_shared_too_small(const float*, float*, int, cudaStream_t);
cudaError_t static_shared_overrun(const float*, float*, int, cudaStream_t);
cudaError_t shared_never_written(const float*, float*, int, cudaStream_t);
cudaError_t vector_load_misaligned(const float*, float*, int, cudaStream_t);
cudaError_t large_frame(const float*, float*, int, cudaStream_t);

}  // namespace qr::samples
