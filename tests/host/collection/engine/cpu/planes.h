// Blocks, tiles and plain double arithmetic for the tests of the scan kernels.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <random>
#include <span>
#include <vector>

#include "host/collection/engine/cpu/scan_kernels.h"
#include "tests/host/backend/vectors.h"

namespace qr::test {

// Bytes on a cache-line boundary.
class Aligned {
  public:
    explicit Aligned(std::size_t size, std::byte fill = std::byte{0})
        : size_(size), data_(new (std::align_val_t{64}) std::byte[size], [](std::byte* bytes) {
              ::operator delete[](bytes, std::align_val_t{64});
          }) {
        std::memset(data_.get(), std::to_integer<int>(fill), size);
    }
    std::byte* data() const { return data_.get(); }
    std::size_t size() const { return size_; }
    template <class Number>
    Number* as() const {
        return reinterpret_cast<Number*>(data_.get());
    }

  private:
    std::size_t size_;
    std::unique_ptr<std::byte[], void (*)(std::byte*)> data_;
};

// One number of a plane, by the layout that scan_kernels.h defines.
inline double number_at(Dtype type, const std::byte* plane, std::size_t lane, std::size_t i) {
    const std::size_t group = cpu::scan_group(type);
    const std::size_t width = info(type).width;
    const std::size_t at = ((i / group * kBlockRows + lane) * group + i % group) * width;
    float number = 0;
    widen(type, {plane + at, width}, {&number, 1});
    return double{number};
}

inline std::vector<double> row_of(Dtype type, const std::byte* plane, std::size_t lane,
                                  std::size_t dimension) {
    std::vector<double> row;
    for (std::size_t i = 0; i < dimension; ++i)
        row.push_back(number_at(type, plane, lane, i));
    return row;
}

inline long double product(std::span<const double> a, std::span<const double> b) {
    long double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += static_cast<long double>(a[i]) * static_cast<long double>(b[i]);
    return sum;
}
inline long double norm(std::span<const double> a) {
    return std::sqrt(product(a, a));
}

// A block of packed rows, every weight 1, every row counting.
struct Block {
    Block(Dtype type_of_plane, const MatrixView& rows)
        : type(type_of_plane),
          dimension(rows.dimension),
          plane(cpu::scan_plane_bytes(type, dimension)),
          weights(kBlockRows * sizeof(float)),
          packed(rows.rows) {
        cpu::pack_rows(type, rows, 0, plane.data(), packed);
        std::fill_n(weights.as<float>(), kBlockRows, 1.0F);
    }
    cpu::ScanBlock view(std::uint32_t mask = 0xFFFFFFFF) const {
        return {.plane = plane.data(),
                .weights = weights.as<float>(),
                .mask = mask,
                .dimension = dimension};
    }
    std::vector<double> row(std::size_t lane) const {
        return row_of(type, plane.data(), lane, dimension);
    }

    Dtype type;
    std::size_t dimension;
    Aligned plane;
    Aligned weights;
    std::vector<cpu::PackedRow> packed;
};

// Queries as a kernel packed them.
struct Tile {
    Tile(const cpu::ScanKernel& kernel, const MatrixView& queries)
        : count(queries.rows),
          bytes(kernel.tile_bytes(queries.dimension, queries.rows), std::byte{0xEE}) {
        for (std::size_t q = 0; q < count; ++q)
            packed.push_back(kernel.pack_query(queries.row(q), q, count, bytes.data()));
    }
    cpu::ScanTile view(std::span<const float> thresholds,
                       cpu::Passing passing = cpu::Passing::by_estimate) const {
        return {.queries = bytes.data(),
                .count = count,
                .thresholds = thresholds.data(),
                .passing = passing};
    }

    std::size_t count;
    Aligned bytes;
    std::vector<cpu::PackedQuery> packed;
};

inline cpu::ScanHits scan(const cpu::ScanKernel& kernel, const cpu::ScanBlock& block,
                          const cpu::ScanTile& tile) {
    cpu::ScanHits hits;
    std::memset(&hits, 0xEE, sizeof hits);
    kernel.scan(block, tile, hits);
    return hits;
}

// What everything passes.
inline std::vector<float> no_thresholds(std::size_t count) {
    return std::vector<float>(count, -INFINITY);
}

}  // namespace qr::test
