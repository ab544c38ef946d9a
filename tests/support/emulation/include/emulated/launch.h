// Launching a kernel, and the runtime's templates that take a kernel's own type.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cuda_runtime_api.h"

namespace qr::emulation {

// A kernel bound to a copy of its arguments, without their types. The engine owns `bound`.
struct KernelCall {
    const void* kernel;
    const void* bound;
    std::size_t bound_bytes;
    void (*call)(const void* bound);
    void (*destroy)(const void* bound);
};

cudaError_t enqueue(const cudaLaunchConfig_t& config, const KernelCall& call);

template <class... Parameters>
struct Bound {
    void (*kernel)(Parameters...);
    std::tuple<std::decay_t<Parameters>...> arguments;

    static void call(const void* bound) {
        const auto& self = *static_cast<const Bound*>(bound);
        std::apply(self.kernel, self.arguments);
    }
    static void destroy(const void* bound) { delete static_cast<const Bound*>(bound); }
};

}  // namespace qr::emulation

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
    using Bound = qr::emulation::Bound<Parameters...>;
    const auto* const bound = new Bound{kernel, {std::forward<Arguments>(arguments)...}};
    return qr::emulation::enqueue(*config, {reinterpret_cast<const void*>(kernel), bound,
                                            sizeof(Bound), &Bound::call, &Bound::destroy});
}

template <class... Parameters>
cudaError_t cudaFuncSetAttribute(void (*kernel)(Parameters...), cudaFuncAttribute attribute,
                                 int value) {
    return cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), attribute, value);
}
template <class... Parameters>
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks,
                                                          void (*kernel)(Parameters...),
                                                          int threads, std::size_t shared_bytes) {
    return cudaOccupancyMaxActiveBlocksPerMultiprocessor(
        blocks, reinterpret_cast<const void*>(kernel), threads, shared_bytes);
}
template <class T>
cudaError_t cudaMalloc(T** memory, std::size_t bytes) {
    return cudaMalloc(reinterpret_cast<void**>(memory), bytes);
}
template <class T>
cudaError_t cudaMallocHost(T** memory, std::size_t bytes) {
    return cudaMallocHost(reinterpret_cast<void**>(memory), bytes);
}
template <class T>
cudaError_t cudaHostAlloc(T** memory, std::size_t bytes, unsigned flags) {
    return cudaHostAlloc(reinterpret_cast<void**>(memory), bytes, flags);
}
