// NVML opened at run time and started, or why not.
//
// It is asked for by its file name because the server starts on machines without a driver. A
// function that an older or newer library lacks answers `function_not_found`, as the library's own
// wrappers do. Shut down when the last owner goes: a thread that hangs inside it owns it, too, so
// nothing is ever called after the shutdown. The file itself is never closed.
#pragma once

#include <memory>
#include <string>

#include "host/base/error.h"
#include "host/cuda/nvml_api.h"

namespace qr::cuda {

inline constexpr const char* kNvmlFile = "libnvidia-ml.so.1";

class NvmlLibrary {
  public:
    // `unavailable`, with the cause: no such file, no NVML in it, or a driver that does not answer.
    // May block for as long as the driver does.
    static Result<std::shared_ptr<const NvmlLibrary>> open(const std::string& file);
    ~NvmlLibrary();
    NvmlLibrary(const NvmlLibrary&) = delete;
    NvmlLibrary& operator=(const NvmlLibrary&) = delete;

    const nvml::Api& api() const { return api_; }
    // "Not Supported (3)"
    std::string describe(nvml::Status status) const;

  private:
    explicit NvmlLibrary(const nvml::Api& api) : api_(api) {}

    const nvml::Api api_;
};

namespace nvml {

// Calls it where it is.
template <class... Parameters, class... Arguments>
Status call(Status (*function)(Parameters...), Arguments... arguments) {
    return function == nullptr ? Status::function_not_found : function(arguments...);
}

}  // namespace nvml
}  // namespace qr::cuda
