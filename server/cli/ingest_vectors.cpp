// Files of vectors: .npy and .safetensors, sent as binary bodies without a number being printed.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "host/encoding/half.h"
#include "host/encoding/safetensors.h"
#include "server/cli/ingest_batches.h"
#include "server/dialects/npy.h"
#include "server/dialects/safetensors_ids.h"

namespace qr::cli {
namespace {

using collections::FileIds;
using collections::NpyFile;
using collections::NpyType;

Error cannot_read(const std::string& file) {
    return {.code = Code::not_found, .message = file + ": cannot be read: " + std::strerror(errno)};
}

// A file's bytes, read by the system as they are touched.
class MappedFile {
  public:
    static Result<MappedFile> open(const std::string& file) {
        const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) return cannot_read(file);
        struct stat status {};
        const bool is_known = ::fstat(descriptor, &status) == 0;
        const auto size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 1));
        void* const data =
            is_known ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
        ::close(descriptor);
        if (data == MAP_FAILED) return cannot_read(file);
        return MappedFile(data, status.st_size == 0 ? 0 : size);
    }
    MappedFile(MappedFile&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
    MappedFile& operator=(MappedFile&&) = delete;
    ~MappedFile() {
        if (data_ != nullptr) ::munmap(data_, std::max<std::size_t>(size_, 1));
    }

    std::span<const std::byte> bytes() const {
        return {static_cast<const std::byte*>(data_), size_};
    }

  private:
    MappedFile(void* data, std::size_t size) : data_(data), size_(size) {}
    void* data_;
    std::size_t size_;
};

// Rows of a file, in a format that requests take but for float64.
struct Matrix {
    std::span<const std::byte> numbers;
    std::size_t rows = 0;
    std::size_t dimension = 0;
    std::optional<Dtype> dtype;  // none: float64

    std::size_t row_bytes() const {
        return dimension * (dtype ? info(*dtype).width : sizeof(double));
    }
};

class Vectors final : public IngestBatches {
  public:
    Vectors(MappedFile file, Matrix matrix, FileIds ids, const BatchOptions& options)
        : file_(std::move(file)),
          matrix_(matrix),
          ids_(std::move(ids)),
          batch_rows_(std::clamp<std::size_t>(kIngestBatchBytes / matrix.row_bytes(), 1,
                                              options.documents)),
          row_(std::min<std::size_t>(options.begin, matrix.rows)) {}

    std::uint64_t size() const override { return matrix_.rows; }

    Result<std::optional<IngestBatch>> next() override {
        if (row_ == matrix_.rows) return std::optional<IngestBatch>();
        const std::size_t count = std::min(batch_rows_, matrix_.rows - row_);
        std::vector<std::string> ids;
        for (std::size_t i = 0; i < count; ++i)
            ids.push_back(ids_.id(row_ + i));
        const nlohmann::json head = {{"documents",
                                      {{"shape", {count, matrix_.dimension}},
                                       {"dtype", info(matrix_.dtype.value_or(Dtype::float32)).name},
                                       {"ids", std::move(ids)}}}};
        IngestBatch batch{.body = head.dump(), .content_type = "application/octet-stream"};
        batch.header_length = batch.body.size();
        append_rows(count, batch.body);
        batch.documents = count;
        row_ += count;
        batch.end = row_;
        return std::optional(std::move(batch));
    }

  private:
    void append_rows(std::size_t count, std::string& body) const {
        const std::size_t bytes = matrix_.row_bytes();
        const auto rows = matrix_.numbers.subspan(row_ * bytes, count * bytes);
        if (matrix_.dtype) {
            body.append(reinterpret_cast<const char*>(rows.data()), rows.size());
            return;
        }
        for (std::size_t at = 0; at < rows.size(); at += sizeof(double)) {
            double number = 0;
            std::memcpy(&number, rows.data() + at, sizeof number);
            const auto rounded = static_cast<float>(number);
            body.append(reinterpret_cast<const char*>(&rounded), sizeof rounded);
        }
    }

    const MappedFile file_;
    const Matrix matrix_;
    const FileIds ids_;
    const std::size_t batch_rows_;
    std::size_t row_;
};

Result<std::vector<std::string>> read_ids(const std::string& file, std::size_t rows) {
    errno = 0;
    std::ifstream stream(file);
    if (!stream) return cannot_read(file);
    std::vector<std::string> ids;
    for (std::string line; std::getline(stream, line);) {
        if (line.ends_with('\r')) line.pop_back();
        if (!line.empty()) ids.push_back(std::move(line));
    }
    if (ids.size() == rows) return ids;
    return Error{.code = Code::invalid,
                 .message = file + ": found " + std::to_string(ids.size()) +
                            " ids, allowed: " + std::to_string(rows) + ", one a row"};
}

// An id file counts before what the vectors' file says.
Result<FileIds> ids_for(std::size_t rows, const BatchOptions& options, FileIds own) {
    if (options.ids_file.empty()) return own;
    auto ids = read_ids(options.ids_file, rows);
    if (!ids.ok()) return ids.error();
    return FileIds(*std::move(ids));
}

std::optional<Dtype> dtype_of(NpyType type) {
    if (type == NpyType::float64) return std::nullopt;
    if (type == NpyType::float16) return Dtype::float16;
    return type == NpyType::int8 ? Dtype::int8 : Dtype::float32;
}

Result<Matrix> matrix_of(const Safetensors& tensors, const std::string& file) {
    const Tensor* const tensor = tensors.find("vectors");
    const bool is_matrix = tensor != nullptr && tensor->shape.size() == 2 && tensor->count() > 0;
    if (is_matrix && tensor->type == TensorType::float32) {
        return Matrix{tensor->bytes, tensor->shape[0], tensor->shape[1], Dtype::float32};
    }
    if (is_matrix && tensor->type == TensorType::float16) {
        return Matrix{tensor->bytes, tensor->shape[0], tensor->shape[1], Dtype::float16};
    }
    if (is_matrix && tensor->type == TensorType::bfloat16) {
        return Matrix{tensor->bytes, tensor->shape[0], tensor->shape[1], Dtype::bfloat16};
    }
    return Error{.code = Code::invalid,
                 .message = file + ": allowed: a tensor \"vectors\" [n, d] of F32, F16 or BF16"};
}

Error in_file(const std::string& file, Error error) {
    error.message = file + ": " + error.message;
    return error;
}

}  // namespace

Result<std::unique_ptr<IngestBatches>> open_vectors(const std::string& file,
                                                    const BatchOptions& options) {
    Result<MappedFile> mapped = MappedFile::open(file);
    if (!mapped.ok()) return mapped.error();
    const std::span<const std::byte> bytes = mapped->bytes();
    const collections::RowNames names{.prefix = options.id_prefix, .first = 0};
    Matrix matrix;
    FileIds own(names);
    if (file.ends_with(".npy")) {
        const Result<NpyFile> npy = collections::parse_npy(bytes);
        if (!npy.ok()) return in_file(file, npy.error());
        matrix = {npy->numbers, npy->rows, npy->dimension, dtype_of(npy->type)};
    } else {
        const Result<Safetensors> tensors = Safetensors::parse(bytes, file);
        if (!tensors.ok()) return tensors.error();
        const Result<Matrix> found = matrix_of(*tensors, file);
        if (!found.ok()) return found.error();
        matrix = *found;
        Result<FileIds> ids = collections::ids_of(*tensors, bytes, matrix.rows, names);
        if (!ids.ok()) return in_file(file, ids.error());
        own = *std::move(ids);
    }
    Result<FileIds> ids = ids_for(matrix.rows, options, std::move(own));
    if (!ids.ok()) return ids.error();
    return std::unique_ptr<IngestBatches>(
        std::make_unique<Vectors>(*std::move(mapped), matrix, *std::move(ids), options));
}

Result<std::unique_ptr<IngestBatches>> open_batches(const std::string& file,
                                                    const BatchOptions& options) {
    if (file.ends_with(".npy") || file.ends_with(".safetensors")) {
        return open_vectors(file, options);
    }
    if (file.ends_with(".jsonl") || file.ends_with(".ndjson")) return open_lines(file, options);
    return Error{.code = Code::invalid,
                 .message = file + ": allowed: .jsonl, .ndjson, .npy or .safetensors"};
}

}  // namespace qr::cli
