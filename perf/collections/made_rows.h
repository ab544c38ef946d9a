// Rows of nearly normal numbers, each a function of its index alone, made at the speed of memory.
#pragma once

#include <cstddef>
#include <span>

namespace qr::perf {

class MadeRows {
  public:
    explicit MadeRows(std::size_t dimension) : dimension_(dimension) {}

    // Rows first .. first + count - 1 into the front of `rows`.
    void write(std::size_t first, std::size_t count, std::span<float> rows) const;

  private:
    std::size_t dimension_;
};

}  // namespace qr::perf
