#include "host/backend/cpu/kernels.h"

namespace qr::cpu {

const KernelTable& kernels_for(InstructionSet set) {
    switch (set) {
        case InstructionSet::avx512:
            return kAvx512Kernels;
        case InstructionSet::avx2:
            return kAvx2Kernels;
        case InstructionSet::scalar:
            break;
    }
    return kScalarKernels;
}

}  // namespace qr::cpu
