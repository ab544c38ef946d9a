// The kernels of emulated_avx512.cpp, which run wherever AVX2 does.
#include "host/base/cpu_features.h"
#include "tests/host/collection/engine/cpu/kernels_here.h"

namespace qr::test {

std::vector<const cpu::ScanKernel*> kernels_here() {
    std::vector<const cpu::ScanKernel*> kernels;
    if (!is_supported(InstructionSet::avx2)) return kernels;
    for (const DtypeInfo& type : kDtypes) {
        for (const cpu::ScanKernel* kernel : cpu::scan_kernels(type.dtype)) {
            if (kernel->name.starts_with("avx512")) kernels.push_back(kernel);
        }
    }
    return kernels;
}

}  // namespace qr::test
