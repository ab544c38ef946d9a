// What went wrong on the emulated device, kept for the test and printed at once.
#pragma once

#include <string>

#include "driver_types.h"

namespace qr::emulation {

// Adds a report; the device then answers `code` until reset(). Equal reports count once.
void report(const std::string& text, cudaError_t code);
// The error that sticks, or success.
cudaError_t device_error();
// The injected failure of this function, or success; it is used up. The call is counted.
cudaError_t take_failure(const char* function);

// While one of these lives, this thread runs a host function, which may not call the runtime.
class InHostFunction {
  public:
    InHostFunction();
    ~InHostFunction();
    InHostFunction(const InHostFunction&) = delete;
    InHostFunction& operator=(const InHostFunction&) = delete;
};

// How every function of the runtime runs: not at all once an error sticks or a failure is injected.
// The thread's last error is noted.
cudaError_t note(cudaError_t code);

template <class Body>
cudaError_t call(const char* function, Body body) {
    if (const cudaError_t failure = take_failure(function); failure != cudaSuccess)
        return note(failure);
    if (const cudaError_t sticky = device_error(); sticky != cudaSuccess) return note(sticky);
    return note(body());
}

}  // namespace qr::emulation
