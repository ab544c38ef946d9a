// In which format encoded rows lie in device memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace qr::device {

enum class Storage : std::uint8_t { float32, float16, bfloat16 };

constexpr std::size_t bytes_of(Storage storage) {
    return storage == Storage::float32 ? 4 : 2;
}

}  // namespace qr::device
