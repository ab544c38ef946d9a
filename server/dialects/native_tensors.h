// The bytes behind a request's JSON header: tensors, taken in the order in which the JSON declares
// them, until none are left.
#pragma once

#include <cstddef>
#include <span>

#include "host/base/error.h"
#include "server/json/path.h"

namespace qr::native {

class TensorTail {
  public:
    TensorTail() = default;  // a payload of JSON alone
    explicit TensorTail(std::span<const std::byte> bytes) : bytes_(bytes), is_present_(true) {}

    bool is_present() const { return is_present_; }
    // The next `size` bytes. `path` is who asks.
    Result<std::span<const std::byte>> take(std::size_t size, const json::Path& path);
    // Nothing may be left over.
    Result<void> finish() const;

  private:
    std::span<const std::byte> bytes_;
    std::size_t taken_ = 0;
    bool is_present_ = false;
};

}  // namespace qr::native
