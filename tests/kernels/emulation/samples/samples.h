// Kernels of the kinds that the product has, written to its rules: the emulation's own test data.
#pragma once

#include <cuda_runtime.h>

namespace qr::samples {

// Each row to length 1; one warp a row. output may be input.
cudaError_t normalise_rows(const float* input, float* output, int rows, int dimension,
                           cudaStream_t stream);

// products = queries x documents^T, row-major, 16 x 16 tiles in dynamic shared memory.
struct Product {
    const float* queries;
    const float* documents;
    float* products;
    int query_rows;
    int document_rows;
    int dimension;
};
cudaError_t multiply(const Product& product, cudaStream_t stream);

// Appends the indices of scores above the threshold, in any order; *count must be 0.
cudaError_t filter(const float* scores, int n, float threshold, int* kept, int* count,
                   cudaStream_t stream);

// The k <= 32 best of each row by descending score, ties by ascending index; one block a row.
struct TopK {
    const float* scores;
    int rows;
    int columns;
    int k;
    float* best_scores;
    int* best_indices;
};
cudaError_t top_k(const TopK& task, cudaStream_t stream);

// total = sum of values; the block that ends last adds the partial sums up. *ended must be 0.
cudaError_t sum_by_last_block(const float* values, int n, float* partial, unsigned* ended,
                              float* total, cudaStream_t stream);

// Adds 1 to *value from every thread, under a spin lock. *lock must be 0.
cudaError_t count_under_lock(int* lock, int* value, int blocks, cudaStream_t stream);

// Each pair to 16 bits a component in `stored`, and back.
struct Rounding {
    const float2* input;
    void* stored;
    float2* output;
    int pairs;
};
cudaError_t round_to_half(const Rounding& task, cudaStream_t stream);
cudaError_t round_to_bfloat16(const Rounding& task, cudaStream_t stream);

}  // namespace qr::samples
