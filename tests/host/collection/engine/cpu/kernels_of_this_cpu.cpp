#include "tests/host/collection/engine/cpu/kernels_here.h"

namespace qr::test {

std::vector<const cpu::ScanKernel*> kernels_here() {
    std::vector<const cpu::ScanKernel*> kernels;
    for (const DtypeInfo& type : kDtypes) {
        for (const cpu::ScanKernel* kernel : cpu::scan_kernels(type.dtype)) {
            if (kernel->is_supported()) kernels.push_back(kernel);
        }
    }
    return kernels;
}

}  // namespace qr::test
