// The CUDA devices that a test may use, or the reason why there is none.
#pragma once

#include <string>

namespace qr::gpu {

struct Devices {
    int count = 0;
    std::string reason;  // of there being none
};
// Asked once: without a driver each question costs a search for one.
const Devices& devices();

// The current test goes on, but counts as skipped.
void mark_as_skipped(const std::string& reason);
// Ends the current test as skipped. Never from a destructor.
[[noreturn]] void skip(const std::string& reason);

}  // namespace qr::gpu
