#include "server/dialects/native_rows.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "host/base/check.h"

namespace qr::native {

std::span<float> RowStore::open(std::size_t count) {
    reserve(floats() + count);
    return {owned() + floats(), count};
}

void RowStore::commit(std::size_t rows, std::size_t dimension) {
    QR_CHECK(rows_ == 0 || dimension_ == dimension);
    dimension_ = dimension;
    rows_ += rows;
    QR_CHECK(floats() * sizeof(float) <= buffer_.capacity());
}

void RowStore::add(std::span<const std::byte> float32s, std::size_t rows, std::size_t dimension) {
    QR_CHECK(float32s.size() == rows * dimension * sizeof(float));
    const bool is_aligned = reinterpret_cast<std::uintptr_t>(float32s.data()) % alignof(float) == 0;
    const auto* data = reinterpret_cast<const float*>(float32s.data());
    const bool continues = rows_ == 0 || (is_borrowed() && data == borrowed_ + floats());
    if (is_aligned && continues) {
        QR_CHECK(rows_ == 0 || dimension_ == dimension);
        if (rows_ == 0) borrowed_ = data;
        rows_ += rows;
        dimension_ = dimension;
        return;
    }
    const std::span<float> out = open(rows * dimension);
    std::memcpy(out.data(), float32s.data(), float32s.size());
    commit(rows, dimension);
}

MatrixView RowStore::view() const {
    const auto* data = is_borrowed() ? borrowed_ : reinterpret_cast<const float*>(buffer_.data());
    return {data, rows_, dimension_};
}

float* RowStore::owned() {
    return reinterpret_cast<float*>(buffer_.data());
}

// Doubles, so that n rows are copied O(1) times each on average.
void RowStore::reserve(std::size_t floats_wanted) {
    const std::size_t bytes = floats_wanted * sizeof(float);
    if (bytes > buffer_.capacity()) {
        Buffer larger = buffers_.take(std::max({bytes, 2 * buffer_.capacity(), hint_bytes_}),
                                      BufferUse::vectors);
        if (!is_borrowed() && rows_ > 0) {
            std::memcpy(larger.data(), buffer_.data(), floats() * sizeof(float));
        }
        buffer_ = std::move(larger);
    }
    if (is_borrowed()) {
        std::memcpy(buffer_.data(), borrowed_, floats() * sizeof(float));
        borrowed_ = nullptr;
    }
}

}  // namespace qr::native
