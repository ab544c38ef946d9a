#include "host/collection/engine/cpu/scan_kernels.h"

#include <algorithm>
#include <array>

#include "host/base/cpu_features.h"
#include "host/collection/engine/cpu/scan_targets.h"

namespace qr::cpu {
namespace {

constexpr std::array kFloat32 = {&kScanAvx512Float32, &kScanAvx2Float32, &kScanScalarFloat32};
constexpr std::array kFloat16 = {&kScanAvx512Float16, &kScanAvx2Float16, &kScanScalarFloat16};
constexpr std::array kBfloat16 = {&kScanAvx512Bf16, &kScanAvx512Bfloat16, &kScanAvx2Bfloat16,
                                  &kScanScalarBfloat16};
constexpr std::array kInt8 = {&kScanAvx512Vnni, &kScanAvx2Int8, &kScanScalarInt8};

}  // namespace

bool runs_anywhere() {
    return true;
}
bool runs_avx2() {
    return is_supported(InstructionSet::avx2);
}
bool runs_avx512() {
    return is_supported(InstructionSet::avx512);
}
bool runs_avx512_bf16() {
    return has_avx512_bf16();
}
bool runs_avx512_vnni() {
    return has_avx512_vnni();
}

std::span<const ScanKernel* const> scan_kernels(Dtype scan) {
    switch (scan) {
        case Dtype::float32:
            return kFloat32;
        case Dtype::float16:
            return kFloat16;
        case Dtype::bfloat16:
            return kBfloat16;
        case Dtype::int8:
            break;
    }
    return kInt8;
}

const ScanKernel& best_scan_kernel(Dtype scan) {
    const std::span<const ScanKernel* const> kernels = scan_kernels(scan);
    return **std::find_if(kernels.begin(), kernels.end(),
                          [](const ScanKernel* kernel) { return kernel->is_supported(); });
}

}  // namespace qr::cpu
