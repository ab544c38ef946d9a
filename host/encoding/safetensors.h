// The tensors of a .safetensors file: named spans into its bytes, checked before anyone reads them.
//
// A file is eight bytes with the header's size, the header (JSON), then the numbers. Tensors follow
// one another without a gap or an overlap to the end of the file, as the format demands. Nothing is
// copied; the bytes must outlive this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"

namespace qr {

enum class TensorType : std::uint8_t {
    float64,
    float32,
    float16,
    bfloat16,
    int64,
    uint64,
    int32,
    int8,
};

struct TensorTypeInfo {
    TensorType type;
    std::string_view name;  // as the format has it
    std::size_t width;      // bytes of one number
};

const TensorTypeInfo& info(TensorType type);

struct Tensor {
    std::string name;
    TensorType type = TensorType::float32;
    std::vector<std::size_t> shape;
    std::span<const std::byte> bytes;  // little-endian, row-major, not aligned

    std::size_t count() const { return bytes.size() / info(type).width; }
};

class Safetensors {
  public:
    static constexpr std::size_t kHeaderBytesMax = 100'000'000;
    static constexpr std::size_t kAxesMax = 8;

    // Errors: `invalid`, naming `file` and what in it does not fit.
    static Result<Safetensors> parse(std::span<const std::byte> bytes, std::string_view file);

    const Tensor* find(std::string_view name) const;
    const std::vector<Tensor>& tensors() const { return tensors_; }  // in the file's order

  private:
    explicit Safetensors(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {}
    std::vector<Tensor> tensors_;
};

}  // namespace qr
