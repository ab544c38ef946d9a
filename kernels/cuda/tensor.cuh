// What a kernel does by PTX: copies that run on their own, and products of tensor cores. For
// devices of compute capability 8.0 and later.
//
// One header, because g++ knows no PTX: the emulation has a twin of it in plain C++, which it finds
// first on its include path. Fragments are those of PTX's mma.m16n8k16 and ldmatrix: lane l has
// group l / 4 and thread-in-group l % 4 of them.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

namespace qr::device {

// A thread's copies from global to shared memory. They arrive in the groups that commit() closes.
class AsyncCopies {
  public:
    // 16 bytes, both addresses a multiple of 16; zeros where `is_there` is false: then `global` may
    // be anywhere.
    __device__ void copy(void* shared, const void* global, bool is_there) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n"
                     :
                     : "r"(static_cast<unsigned>(__cvta_generic_to_shared(shared))), "l"(global),
                       "r"(is_there ? 16 : 0)
                     : "memory");
    }
    __device__ void commit() { asm volatile("cp.async.commit_group;\n" ::: "memory"); }
    // Until all but the last kPending groups of this thread have arrived.
    template <unsigned kPending>
    __device__ void wait() {
        asm volatile("cp.async.wait_group %0;\n" ::"n"(kPending) : "memory");
    }
};

// Four matrices of 8 rows of 8 numbers of 16 bits: lane l names row l % 8 of matrix l / 8, and
// receives of row l / 4 of each matrix numbers 2 (l % 4) and the next.
__device__ inline void load_matrices(unsigned (&matrices)[4], const void* shared_row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];\n"
                 : "=r"(matrices[0]), "=r"(matrices[1]), "=r"(matrices[2]), "=r"(matrices[3])
                 : "r"(static_cast<unsigned>(__cvta_generic_to_shared(shared_row)))
                 : "memory");
}

// sums[16, 8] += left[16, 16] right[16, 8], summed in float32. `Stored` says what the bits are.
template <class Stored>
__device__ void multiply_add(float (&sums)[4], const unsigned (&left)[4], unsigned right_low,
                             unsigned right_high);

template <>
__device__ inline void multiply_add<__half>(float (&sums)[4], const unsigned (&left)[4],
                                            unsigned right_low, unsigned right_high) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
        "{%8, %9}, {%0, %1, %2, %3};\n"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "r"(right_low), "r"(right_high));
}
template <>
__device__ inline void multiply_add<__nv_bfloat16>(float (&sums)[4], const unsigned (&left)[4],
                                                   unsigned right_low, unsigned right_high) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, "
        "{%8, %9}, {%0, %1, %2, %3};\n"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "r"(right_low), "r"(right_high));
}

}  // namespace qr::device
