// Every kernel of the build and what a CPU must offer to run it. Constants: choosing a kernel runs
// no code that was compiled for it.
#pragma once

#include "host/collection/engine/cpu/scan_kernels.h"

namespace qr::cpu {

bool runs_anywhere();
bool runs_avx2();
bool runs_avx512();
bool runs_avx512_bf16();
bool runs_avx512_vnni();

extern const ScanKernel kScanScalarFloat32;
extern const ScanKernel kScanScalarFloat16;
extern const ScanKernel kScanScalarBfloat16;
extern const ScanKernel kScanScalarInt8;
extern const ScanKernel kScanAvx2Float32;
extern const ScanKernel kScanAvx2Float16;
extern const ScanKernel kScanAvx2Bfloat16;
extern const ScanKernel kScanAvx2Int8;
extern const ScanKernel kScanAvx512Float32;
extern const ScanKernel kScanAvx512Float16;
extern const ScanKernel kScanAvx512Bfloat16;
extern const ScanKernel kScanAvx512Bf16;
extern const ScanKernel kScanAvx512Vnni;

}  // namespace qr::cpu
