// The rows of one matrix as they are read: a view of the payload while that is possible, else a
// buffer that grows.
//
// Invariant: rows are dense, all of one dimension, in the order they were added.
#pragma once

#include <cstddef>
#include <span>

#include "host/base/buffer.h"
#include "host/state/matrix_view.h"

namespace qr::native {

class RowStore {
  public:
    // `hint_bytes` is what the first buffer holds at least: a good guess saves growing.
    RowStore(BufferPool& buffers, std::size_t hint_bytes)
        : buffers_(buffers), hint_bytes_(hint_bytes) {}

    // Room for `count` floats behind the rows, valid until the next call.
    std::span<float> open(std::size_t count);
    // The first rows * dimension of those floats are rows now.
    void commit(std::size_t rows, std::size_t dimension);
    // Rows that lie in memory which outlives the view: looked at where they are if they are aligned
    // and continue what is there, else copied.
    void add(std::span<const std::byte> float32s, std::size_t rows, std::size_t dimension);

    std::size_t rows() const { return rows_; }
    std::size_t dimension() const { return dimension_; }  // 0 before the first row
    bool is_borrowed() const { return borrowed_ != nullptr; }
    MatrixView view() const;
    Buffer take_buffer() && { return std::move(buffer_); }

  private:
    void reserve(std::size_t floats);
    std::size_t floats() const { return rows_ * dimension_; }
    float* owned();

    BufferPool& buffers_;
    std::size_t hint_bytes_;
    Buffer buffer_;
    const float* borrowed_ = nullptr;  // set: all rows lie there and none in buffer_
    std::size_t rows_ = 0;
    std::size_t dimension_ = 0;
};

}  // namespace qr::native
