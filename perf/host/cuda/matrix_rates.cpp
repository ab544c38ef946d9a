#include "perf/host/cuda/matrix_rates.h"

#include <cublas_api.h>
#include <cuda_fp16.h>
#include <dlfcn.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "perf/host/cuda/device_values.h"
#include "perf/kernels/fill.h"

namespace qr::perf {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kLeftSeed = 8, kRightSeed = 9;
constexpr std::size_t kCheckedEntries = 16;

// cublasGemmEx, whose name its header also gives to an inline function.
using Multiply = cublasStatus_t (*)(cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int,
                                    int, const void*, const void*, cudaDataType, int, const void*,
                                    cudaDataType, int, const void*, void*, cudaDataType, int,
                                    cublasComputeType_t, cublasGemmAlgo_t);

// Never closed: the library does not survive it.
struct Library {
    decltype(&cublasCreate_v2) create = nullptr;
    decltype(&cublasDestroy_v2) destroy = nullptr;
    decltype(&cublasGetVersion_v2) version = nullptr;
    decltype(&cublasSetStream_v2) set_stream = nullptr;
    Multiply multiply = nullptr;
    std::string missing;
};

template <class Function>
void look_up(void* library, const char* name, Function& function, std::string& missing) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    if (function == nullptr) missing = std::string("it has no ") + name;
}

Library open_library(const std::string& path) {
    Library found;
    void* library = nullptr;
    // The calls used here are the same in both.
    const std::vector<std::string> names =
        path.empty() ? std::vector<std::string>{"libcublas.so.13", "libcublas.so.12"}
                     : std::vector<std::string>{path};
    for (const std::string& name : names) {
        if (library == nullptr) library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    }
    if (library == nullptr) {
        found.missing = "none of these opens: " + names.front() +
                        (names.size() > 1 ? ", " + names.back() : "") + " (see --cublas)";
        return found;
    }
    look_up(library, "cublasCreate_v2", found.create, found.missing);
    look_up(library, "cublasDestroy_v2", found.destroy, found.missing);
    look_up(library, "cublasGetVersion_v2", found.version, found.missing);
    look_up(library, "cublasSetStream_v2", found.set_stream, found.missing);
    look_up(library, "cublasGemmEx", found.multiply, found.missing);
    return found;
}

void require_good(cublasStatus_t status, const char* what) {
    if (status != CUBLAS_STATUS_SUCCESS)
        give_up(std::string(what) + ": cuBLAS status " + std::to_string(status));
}

template <class Number>
struct Kind;
template <>
struct Kind<float> {
    using Sum = float;
    static constexpr cudaDataType kType = CUDA_R_32F, kSum = CUDA_R_32F;
    static constexpr cublasComputeType_t kCompute = CUBLAS_COMPUTE_32F;
    static float of(float value) { return value; }
    static double widened(float value) { return double{value}; }
};
template <>
struct Kind<double> {
    using Sum = double;
    static constexpr cudaDataType kType = CUDA_R_64F, kSum = CUDA_R_64F;
    static constexpr cublasComputeType_t kCompute = CUBLAS_COMPUTE_64F;
    static double of(float value) { return double{value}; }
    static double widened(double value) { return value; }
};
template <>
struct Kind<__half> {
    using Sum = float;
    static constexpr cudaDataType kType = CUDA_R_16F, kSum = CUDA_R_32F;
    static constexpr cublasComputeType_t kCompute = CUBLAS_COMPUTE_32F;
    static __half of(float value) { return __float2half_rn(value); }
    static double widened(__half value) { return double{__half2float(value)}; }
};

// Random components: a product of like numbers would draw less power and clock higher.
template <class Number>
std::vector<Number> make_matrix(std::uint64_t seed, std::size_t edge) {
    std::vector<Number> values(edge * edge);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = Kind<Number>::of(component(seed, i));
    return values;
}

template <class Number>
ordered_json measure(Bench& bench, const Library& library, cublasHandle_t handle,
                     std::string_view gate) {
    using Sum = typename Kind<Number>::Sum;
    const std::size_t edge = bench.plan.sizes.matrix_edge;
    const auto left = make_matrix<Number>(kLeftSeed, edge);
    const auto right = make_matrix<Number>(kRightSeed, edge);
    const DeviceValues<Number> a(left), b(right);
    const DeviceValues<Sum> c(edge * edge);
    const Sum one = 1, zero = 0;
    const int n = static_cast<int>(edge);
    const auto run = [&] {
        require_good(library.multiply(handle, CUBLAS_OP_N, CUBLAS_OP_N, n, n, n, &one, a.data(),
                                      Kind<Number>::kType, n, b.data(), Kind<Number>::kType, n,
                                      &zero, c.data(), Kind<Number>::kSum, n,
                                      Kind<Number>::kCompute, CUBLAS_GEMM_DEFAULT),
                     "cublasGemmEx");
    };
    run();
    require(cudaStreamSynchronize(bench.stream), "cublasGemmEx");
    // Columns lie behind one another: entry (r, s) is at r + s * edge.
    for (std::size_t i = 0; i < kCheckedEntries; ++i) {
        const std::size_t row = i * 7919 % edge, column = i * 104729 % edge;
        double sum = 0;
        for (std::size_t k = 0; k < edge; ++k)
            sum += Kind<Number>::widened(left[row + k * edge]) *
                   Kind<Number>::widened(right[k + column * edge]);
        bench.gate.pass_near(gate, sum,
                             static_cast<double>(c.values(row + column * edge, 1).front()),
                             static_cast<double>(edge) * 0x1p-18);
    }
    const Times times = time_on_device(bench.stream, bench.plan.sizes.device, run);
    ordered_json json = times.json();
    json["per_s"] = 2.0 * std::pow(static_cast<double>(edge), 3) / times.median();
    return json;
}

}  // namespace

ordered_json measure_matrix_rates(Bench& bench) {
    const Library library = open_library(bench.plan.cublas);
    cublasHandle_t handle = nullptr;
    std::string& missing = bench.ceilings.no_matrix;
    missing = library.missing;
    if (missing.empty()) {
        const cublasStatus_t status = library.create(&handle);
        if (status != CUBLAS_STATUS_SUCCESS)
            missing = "cublasCreate: status " + std::to_string(status);
    }
    if (!missing.empty()) return {{"absent", missing}};
    int version = 0;
    require_good(library.version(handle, &version), "cublasGetVersion");
    require_good(library.set_stream(handle, bench.stream), "cublasSetStream");
    ordered_json json{{"edge", bench.plan.sizes.matrix_edge}, {"cublas", version}};
    json["fp32"] = measure<float>(bench, library, handle, "matrix fp32");
    json["fp16"] = measure<__half>(bench, library, handle, "matrix fp16");
    json["fp64"] = measure<double>(bench, library, handle, "matrix fp64");
    require_good(library.destroy(handle), "cublasDestroy");
    bench.ceilings.fp32_matrix = json["fp32"]["per_s"].get<double>();
    bench.ceilings.fp16_matrix = json["fp16"]["per_s"].get<double>();
    bench.ceilings.fp64_matrix = json["fp64"]["per_s"].get<double>();
    return json;
}

}  // namespace qr::perf
