// Rows into a block and out of it again, exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "host/collection/engine/cpu/block.h"
#include "host/state/matrix_view.h"

namespace qr::cpu {

// A block without rows, in memory that held anything.
void clear_block(const BlockShape& shape, const BlockPlace& place);
void copy_block(const BlockShape& shape, const BlockPlace& from, const BlockPlace& to);

// Behind the rows that the block has, for which there is room. The values are such that the storage
// type holds them, and no vector is zero.
void add_rows(const BlockShape& shape, const BlockPlace& place, const MatrixView& rows,
              std::span<const std::uint64_t> numbers);

// The stored row, [dimension] numbers.
void read_row(const BlockShape& shape, const BlockPlace& place, std::size_t lane,
              std::span<float> row);

}  // namespace qr::cpu
