#include "server/dialects/native_tensors.h"

#include <string>

namespace qr::native {

Result<std::span<const std::byte>> TensorTail::take(std::size_t size, const json::Path& path) {
    const std::size_t left = bytes_.size() - taken_;
    if (size > left) {
        return json::invalid_at(path, std::to_string(left) + " bytes left for this tensor",
                                std::to_string(size) + " bytes");
    }
    taken_ += size;
    return bytes_.subspan(taken_ - size, size);
}

Result<void> TensorTail::finish() const {
    if (taken_ == bytes_.size()) return {};
    return json::invalid_at(json::Path(),
                            std::to_string(bytes_.size()) + " bytes of tensors behind the header",
                            std::to_string(taken_) + " bytes, as the header declares");
}

}  // namespace qr::native
