// Rows in segments on the device, and what the host reads back of them.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstring>
#include <memory>
#include <vector>

#include "kernels/ingest.h"
#include "kernels/segments.h"
#include "kernels/storage.h"
#include "tests/kernels/kernel_fixture.h"

namespace qr::device {

// Two small doublings, then segments of 32 rows.
inline constexpr SegmentSizes kTestSizes = {.first_bits = 3, .last_bits = 5};

// What the storage makes of a number.
inline float stored_as(float value, Storage storage) {
    if (storage == Storage::float16) return __half2float(__float2half_rn(value));
    if (storage == Storage::bfloat16) return __bfloat162float(__float2bfloat16_rn(value));
    return value;
}

inline Matrix stored_as(Matrix rows, Storage storage) {
    for (std::size_t r = 0; r < rows.rows(); ++r) {
        for (std::size_t i = 0; i < rows.dimension(); ++i)
            rows.at(r, i) = stored_as(rows.at(r, i), storage);
    }
    return rows;
}

class DeviceSegments {
  public:
    // Room for that many rows, with `tail_bytes` a row behind those of a segment.
    DeviceSegments(std::size_t rows, std::size_t dimension, Storage storage, std::size_t tail_bytes)
        : dimension_(dimension), storage_(storage) {
        std::vector<std::byte*> addresses;
        for (unsigned s = 0; first_row_of(kTestSizes, s) < rows; ++s) {
            const std::size_t bytes = rows_of(kTestSizes, s) * (row_bytes() + tail_bytes);
            segments_.push_back(std::make_unique<DeviceArray<std::byte>>(
                std::vector<std::byte>(bytes, std::byte{0xEE})));
            addresses.push_back(segments_.back()->data());
        }
        list_ = std::make_unique<DeviceArray<std::byte*>>(addresses);
    }

    SegmentedRows rows() const {
        return {.segments = list_->data(), .sizes = kTestSizes, .row_bytes = row_bytes()};
    }
    std::vector<float> row(unsigned index) const {
        const SegmentPlace place = place_of(kTestSizes, index);
        const std::vector<std::byte> bytes = segments_[place.segment]->values();
        std::vector<float> row;
        for (std::size_t i = 0; i < dimension_; ++i)
            row.push_back(number(bytes.data() + place.row * row_bytes() + i * bytes_of(storage_)));
        return row;
    }
    float length(unsigned index) const {
        const SegmentPlace place = place_of(kTestSizes, index);
        const std::vector<std::byte> bytes = segments_[place.segment]->values();
        float length = 0;
        std::memcpy(&length,
                    bytes.data() + rows_of(kTestSizes, place.segment) * row_bytes() +
                        place.row * sizeof(float),
                    sizeof(float));
        return length;
    }

  private:
    std::size_t row_bytes() const { return dimension_ * bytes_of(storage_); }
    float number(const std::byte* at) const {
        if (storage_ == Storage::float32) return load<float>(at);
        if (storage_ == Storage::float16) return __half2float(load<__half>(at));
        return __bfloat162float(load<__nv_bfloat16>(at));
    }
    template <class T>
    static T load(const std::byte* at) {
        T value;
        std::memcpy(&value, at, sizeof(T));
        return value;
    }

    std::size_t dimension_;
    Storage storage_;
    std::vector<std::unique_ptr<DeviceArray<std::byte>>> segments_;
    std::unique_ptr<DeviceArray<std::byte*>> list_;
};

// A table of rows that joined it in these slots.
class DeviceTable {
  public:
    DeviceTable(std::size_t slots, std::size_t dimension, Storage storage, Storage scan)
        : kind(storage == scan ? ScanKind::same_rows : ScanKind::unit_rows),
          truth(kind == ScanKind::same_rows ? 0 : slots, dimension, storage, 0),
          scanned(slots, dimension, scan, sizeof(float)),
          extremes({0.0F, 0.0F}),
          storage_(storage),
          scan_(scan) {}

    cudaError_t add(const Matrix& rows, const std::vector<unsigned>& slots, cudaStream_t stream) {
        const DeviceArray<float> values(shifted(rows, 0));
        const DeviceArray<unsigned> places(slots);
        const cudaError_t code =
            ingest({.rows = values.data(),
                    .slots = places.data(),
                    .truth = truth.rows(),
                    .scan = scanned.rows(),
                    .extremes = reinterpret_cast<RowExtremes*>(extremes.data()),
                    .row_count = static_cast<unsigned>(rows.rows()),
                    .dimension = static_cast<unsigned>(rows.dimension()),
                    .kind = kind},
                   storage_, scan_, stream);
        EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream));
        return code;
    }
    const DeviceSegments& truth_rows() const {
        return kind == ScanKind::same_rows ? scanned : truth;
    }

    const ScanKind kind;
    const DeviceSegments truth, scanned;
    const DeviceArray<float> extremes;

  private:
    const Storage storage_, scan_;
};

}  // namespace qr::device
