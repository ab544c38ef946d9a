#include "host/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace qr {

void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "quantumrerank: bug: %s:%d: check failed: %s\n", file, line, condition);
    std::abort();
}

}  // namespace qr
