// Unit vectors in a storage's format, on the host and on the device.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstddef>
#include <cstring>
#include <vector>

#include "kernels/storage.h"
#include "tests/kernels/kernel_fixture.h"

namespace qr::device {

class StoredRows {
  public:
    // Normalises; `shift` numbers behind an aligned address.
    StoredRows(const Matrix& rows, Storage storage, std::size_t shift = 0)
        : storage_(storage), dimension_(rows.dimension()), shift_(shift * bytes_of(storage)) {
        std::vector<std::byte> bytes(shift_);
        for (std::size_t r = 0; r < rows.rows(); ++r) {
            const std::span<const float> row = rows.view().row(r);
            const double norm = std::sqrt(inner_product(row, row));
            rows_.emplace_back();
            for (const float component : row)
                rows_.back().push_back(append(bytes, static_cast<float>(component / norm)));
        }
        bytes_ = std::make_unique<DeviceArray<std::byte>>(bytes);
    }

    const void* data() const { return bytes_->data() + shift_; }
    unsigned rows() const { return static_cast<unsigned>(rows_.size()); }
    unsigned dimension() const { return static_cast<unsigned>(dimension_); }
    Storage storage() const { return storage_; }
    const std::vector<float>& row(std::size_t index) const { return rows_[index]; }  // as stored

  private:
    // Returns what the format keeps of it.
    float append(std::vector<std::byte>& bytes, float amplitude) const {
        if (storage_ == Storage::float32) return append_bits(bytes, amplitude);
        if (storage_ == Storage::float16)
            return __half2float(append_bits(bytes, __float2half_rn(amplitude)));
        return __bfloat162float(append_bits(bytes, __float2bfloat16_rn(amplitude)));
    }
    template <class Stored>
    static Stored append_bits(std::vector<std::byte>& bytes, Stored stored) {
        const auto* const begin = reinterpret_cast<const std::byte*>(&stored);
        bytes.insert(bytes.end(), begin, begin + sizeof stored);
        return stored;
    }

    Storage storage_;
    std::size_t dimension_, shift_;
    std::vector<std::vector<float>> rows_;
    std::unique_ptr<DeviceArray<std::byte>> bytes_;
};

}  // namespace qr::device
