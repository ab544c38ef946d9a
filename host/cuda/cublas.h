// Overlap matrices by cuBLAS, opened at run time: the library's side of kernels/overlap_matrix.h.
//
// Nobody needs it: where it cannot be opened the caller launches device::overlap_matrix(), which
// gives the same within the same bound. Roundings differ between the two and, inside cuBLAS,
// between shapes: what must have the same bits everywhere is rescored.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "host/base/error.h"
#include "host/cuda/cublas_api.h"
#include "kernels/overlap_matrix.h"

namespace qr::cuda {

inline constexpr const char* kCublasFile = "libcublas.so.13";

struct CublasOptions {
    std::string file = kCublasFile;
    // The caller's, as long as the Cublas lives; all of it belongs to the current device.
    cudaStream_t stream = nullptr;
    void* workspace = nullptr;  // device memory, 256-byte aligned, so that calls allocate nothing
    std::size_t workspace_bytes = 0;  // rule of thumb: 32 MiB from compute capability 9.0, else 4
};

// One handle, for one stream, used by one thread at a time.
class Cublas {
  public:
    // `unavailable`: no such library, not all its functions, or a device that it does not serve;
    // `out_of_memory`. Takes some device memory and up to seconds: for the start.
    static Result<Cublas> open(const CublasOptions& options);

    // Enqueues it. float16 and bfloat16 are multiplied exactly and summed in float32, float32 is
    // never cut to TF32. `internal`: a count beyond 2^31 - 1, or a task that cuBLAS refuses;
    // `unavailable`: the device.
    Result<void> overlap_matrix(const device::MatrixTask& task) const;

  private:
    struct Destroy {
        cublas::Status (*destroy)(cublas::Handle handle);
        void operator()(cublas::Handle handle) const { destroy(handle); }
    };
    using OwnedHandle = std::unique_ptr<cublas::Context, Destroy>;

    Cublas(const cublas::Api& api, cublas::Handle handle)
        : api_(api), handle_(handle, {api.destroy}) {}

    cublas::Api api_;
    OwnedHandle handle_;
};

}  // namespace qr::cuda
