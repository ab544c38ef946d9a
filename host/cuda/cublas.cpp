#include "host/cuda/cublas.h"

#include <dlfcn.h>

#include <climits>
#include <utility>

namespace qr::cuda {
namespace {

using cublas::Api;
using cublas::Status;

// Returns the name where there is none.
template <class Function>
const char* find(void* library, const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(::dlsym(library, name));
    return function == nullptr ? name : nullptr;
}

// The first function that is missing.
const char* find_all(void* library, Api& api) {
    for (const char* const missing : {
             find(library, "cublasCreate_v2", api.create),
             find(library, "cublasDestroy_v2", api.destroy),
             find(library, "cublasSetStream_v2", api.set_stream),
             find(library, "cublasSetWorkspace_v2", api.set_workspace),
             find(library, "cublasSetMathMode", api.set_math_mode),
             find(library, "cublasGetStatusString", api.status_string),
             find(library, "cublasGemmEx", api.gemm),
         }) {
        if (missing != nullptr) return missing;
    }
    return nullptr;
}

Code code_of(Status status) {
    switch (status) {
        case Status::alloc_failed:
            return Code::out_of_memory;
        case Status::invalid_value:
        case Status::not_supported:
            return Code::internal;
        default:
            return Code::unavailable;
    }
}

Result<void> checked(const Api& api, const char* call, Status status) {
    if (status == Status::success) return {};
    return Error{.code = code_of(status),
                 .message = std::string(call) + ": " + api.status_string(status) + " (" +
                            std::to_string(static_cast<int>(status)) + ")"};
}

// Never closed: its threads and its device memory live as long as the process.
Result<Api> open_library(const std::string& file) {
    void* const library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* const why = ::dlerror();
        return Error{.code = Code::unavailable,
                     .message = "cuBLAS cannot be opened: " + std::string(why ? why : file)};
    }
    Api api;
    if (const char* const missing = find_all(library, api))
        return Error{.code = Code::unavailable,
                     .message = file + " is not the cuBLAS that is wanted: it has no " + missing};
    return api;
}

cudaDataType type_of(device::Storage storage) {
    switch (storage) {
        case device::Storage::float16:
            return CUDA_R_16F;
        case device::Storage::bfloat16:
            return CUDA_R_16BF;
        case device::Storage::float32:
            break;
    }
    return CUDA_R_32F;
}

}  // namespace

Result<Cublas> Cublas::open(const CublasOptions& options) {
    Result<Api> api = open_library(options.file);
    if (!api) return std::move(api).error();
    cublas::Handle handle = nullptr;
    if (Result<void> made = checked(*api, "cublasCreate", api->create(&handle)); !made)
        return std::move(made).error();
    Cublas cublas(*api, handle);
    const std::pair<const char*, Status> settings[] = {
        {"cublasSetStream", api->set_stream(handle, options.stream)},
        // The stream takes the workspace away: in this order.
        {"cublasSetWorkspace",
         api->set_workspace(handle, options.workspace, options.workspace_bytes)},
        {"cublasSetMathMode", api->set_math_mode(handle, cublas::Math::sums_in_float32)},
    };
    for (const auto& [call, status] : settings) {
        if (Result<void> set = checked(*api, call, status); !set) return std::move(set).error();
    }
    return cublas;
}

// A dense row-major matrix is, column-major, its transpose. So cuBLAS sees rows and queries as
// [dimension, count] and overlaps as [row_count, query_count] = rows^T queries.
Result<void> Cublas::overlap_matrix(const device::MatrixTask& task) const {
    if (task.query_count == 0 || task.row_count == 0) return {};
    if (task.query_count > INT_MAX || task.row_count > INT_MAX)
        return Error{.code = Code::internal,
                     .message = "overlap matrix: " + std::to_string(task.query_count) + " x " +
                                std::to_string(task.row_count) + ", allowed are 2^31 - 1 each"};
    const int dimension = static_cast<int>(task.dimension);
    const int row_count = static_cast<int>(task.row_count);
    const cudaDataType type = type_of(task.storage);
    const float one = 1, zero = 0;
    return checked(
        api_, "cublasGemmEx",
        api_.gemm(handle_.get(), cublas::Operation::transposed, cublas::Operation::none, row_count,
                  static_cast<int>(task.query_count), dimension, &one, task.rows, type, dimension,
                  task.queries, type, dimension, &zero, task.overlaps, CUDA_R_32F, row_count,
                  task.storage == device::Storage::float32 ? cublas::Compute::float32_pedantic
                                                           : cublas::Compute::float32,
                  cublas::Algorithm::automatic));
}

}  // namespace qr::cuda
