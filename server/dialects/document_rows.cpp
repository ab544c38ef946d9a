// Documents that are a matrix of vectors and their ids: .npy and .safetensors files.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>

#include "host/base/misfit.h"
#include "host/encoding/half.h"
#include "host/encoding/safetensors.h"
#include "server/dialects/document_source.h"
#include "server/dialects/npy.h"
#include "server/dialects/safetensors_ids.h"

namespace qr::collections {
namespace {

constexpr std::string_view kVectors = "vectors";

// Rows of numbers in the format of a file.
struct Matrix {
    std::span<const std::byte> numbers;
    std::size_t rows = 0;
    std::size_t dimension = 0;
    std::optional<Dtype> dtype;  // none: float64

    std::size_t width() const { return dtype ? info(*dtype).width : sizeof(double); }
};

std::span<const std::byte> bytes_of(const native::Payload& payload) {
    return {payload.storage.data() + payload.offset, payload.size};
}

Error wrong_dimension(std::size_t found, std::size_t allowed) {
    return {.code = Code::invalid,
            .message = "vectors: found " + std::to_string(found) + " numbers a row, allowed: " +
                       std::to_string(allowed) + " (the collection's)",
            .pointer = {},
            .found = std::to_string(found) + " numbers a row",
            .allowed = std::to_string(allowed)};
}

void round_doubles(std::span<const std::byte> bytes, std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        double number = 0;
        std::memcpy(&number, bytes.data() + i * sizeof number, sizeof number);
        out[i] = static_cast<float>(number);
    }
}

class Rows final : public DocumentSource {
  public:
    // `matrix` points into the payload.
    Rows(native::Payload payload, BufferPool& buffers, Matrix matrix, FileIds ids)
        : payload_(std::move(payload)), buffers_(buffers), matrix_(matrix), ids_(std::move(ids)) {}

    std::string_view unit() const override { return "row"; }
    std::vector<std::string> take_warnings() override { return {}; }

    Result<std::optional<DocumentBatch>> next() override {
        if (next_row_ == matrix_.rows) return std::optional<DocumentBatch>();
        try {
            return std::optional(read_batch());
        } catch (const std::bad_alloc&) {
            return Error{.code = Code::out_of_memory, .message = "no memory for its documents"};
        }
    }

  private:
    DocumentBatch read_batch() {
        const std::size_t count = std::min(batch_rows(matrix_.dimension), matrix_.rows - next_row_);
        DocumentBatch batch{std::make_shared<UpsertRequest>(), {}};
        UpsertRequest& request = *batch.documents;
        Buffer rows = buffers_.take(count * matrix_.dimension * sizeof(float));
        auto* const data = reinterpret_cast<float*>(rows.data());
        widen_rows(count, {data, count * matrix_.dimension});
        request.vectors.documents = {data, count, matrix_.dimension};
        request.vectors.storage.push_back(std::move(rows));
        request.labels.resize(count);
        request.extras.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            request.labels[i].id = ids_.id(next_row_);
            batch.places.push_back(++next_row_);
        }
        return batch;
    }

    void widen_rows(std::size_t count, std::span<float> out) const {
        const std::size_t row_bytes = matrix_.dimension * matrix_.width();
        const auto bytes = matrix_.numbers.subspan(next_row_ * row_bytes, count * row_bytes);
        if (matrix_.dtype) return widen(*matrix_.dtype, bytes, out);
        round_doubles(bytes, out);
    }

    const native::Payload payload_;
    BufferPool& buffers_;
    const Matrix matrix_;
    const FileIds ids_;
    std::size_t next_row_ = 0;
};

Result<std::unique_ptr<DocumentSource>> rows_of(native::Payload payload, BufferPool& buffers,
                                                const UpsertLimits& limits, const Matrix& matrix,
                                                FileIds ids) {
    if (matrix.dimension != limits.dimension) {
        return wrong_dimension(matrix.dimension, limits.dimension);
    }
    return std::unique_ptr<DocumentSource>(
        std::make_unique<Rows>(std::move(payload), buffers, matrix, std::move(ids)));
}

std::optional<Dtype> dtype_of(NpyType type) {
    switch (type) {
        case NpyType::float32:
            return Dtype::float32;
        case NpyType::float16:
            return Dtype::float16;
        case NpyType::int8:
            return Dtype::int8;
        case NpyType::float64:
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Dtype> dtype_of(TensorType type) {
    switch (type) {
        case TensorType::float32:
            return Dtype::float32;
        case TensorType::float16:
            return Dtype::float16;
        case TensorType::bfloat16:
            return Dtype::bfloat16;
        default:
            return std::nullopt;
    }
}

Result<Matrix> matrix_of(const Safetensors& file) {
    const Tensor* const tensor = file.find(kVectors);
    const std::string allowed = "a tensor \"vectors\" [n, d] of F32, F16 or BF16";
    const auto refuse = [&allowed](std::string found) {
        return misfit_error(Code::invalid, "vectors", std::move(found), allowed);
    };
    if (tensor == nullptr) return refuse("no such tensor");
    const std::optional<Dtype> dtype = dtype_of(tensor->type);
    if (!dtype) return refuse("numbers of type " + std::string(info(tensor->type).name));
    if (tensor->shape.size() != 2 || tensor->count() == 0) {
        return refuse("a shape of " + std::to_string(tensor->shape.size()) + " axes and " +
                      std::to_string(tensor->count()) + " numbers");
    }
    return Matrix{.numbers = tensor->bytes,
                  .rows = tensor->shape[0],
                  .dimension = tensor->shape[1],
                  .dtype = dtype};
}

}  // namespace

Result<std::unique_ptr<DocumentSource>> read_npy(native::Payload payload, BufferPool& buffers,
                                                 const UpsertLimits& limits, RowNames names) {
    const Result<NpyFile> file = parse_npy(bytes_of(payload));
    if (!file.ok()) return file.error();
    const Matrix matrix{.numbers = file->numbers,
                        .rows = file->rows,
                        .dimension = file->dimension,
                        .dtype = dtype_of(file->type)};
    FileIds ids(std::move(names));
    return rows_of(std::move(payload), buffers, limits, matrix, std::move(ids));
}

Result<std::unique_ptr<DocumentSource>> read_safetensors(native::Payload payload,
                                                         BufferPool& buffers,
                                                         const UpsertLimits& limits,
                                                         RowNames names) {
    const std::span<const std::byte> bytes = bytes_of(payload);
    const Result<Safetensors> file = Safetensors::parse(bytes, "body");
    if (!file.ok()) return file.error();
    const Result<Matrix> matrix = matrix_of(*file);
    if (!matrix.ok()) return matrix.error();
    Result<FileIds> ids = ids_of(*file, bytes, matrix->rows, std::move(names));
    if (!ids.ok()) return ids.error();
    return rows_of(std::move(payload), buffers, limits, *matrix, *std::move(ids));
}

}  // namespace qr::collections
