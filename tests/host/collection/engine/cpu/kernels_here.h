// The kernels that a program of tests can run.
#pragma once

#include <vector>

#include "host/collection/engine/cpu/scan_kernels.h"

namespace qr::test {

std::vector<const cpu::ScanKernel*> kernels_here();

}  // namespace qr::test
