// The documents of a file in batches, as POST /v1/collections/{name}/documents takes them.
//
// A place in a file is a byte of a file of lines and a row of a file of vectors: a batch ends at
// one, and reading may begin at it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "host/base/error.h"

namespace qr::cli {

struct IngestBatch {
    std::string body;
    std::string content_type;
    std::optional<std::size_t> header_length;  // of a binary body
    std::size_t documents = 0;
    std::uint64_t end = 0;  // the place behind its last document
};

class IngestBatches {
  public:
    virtual ~IngestBatches() = default;
    virtual std::uint64_t size() const = 0;  // the place behind the last document of all
    // Absent at the end. Errors: `invalid`, naming the file and the line.
    virtual Result<std::optional<IngestBatch>> next() = 0;
};

inline constexpr std::size_t kIngestBatchBytes = std::size_t{8} << 20;  // of a body, about

struct BatchOptions {
    std::size_t documents = 500;  // in one batch, unless it grows too large
    std::string ids_file;         // one id a line, for vectors that have none
    std::string id_prefix;        // of ids made of row numbers
    std::uint64_t begin = 0;
};

// By the file's name: .jsonl and .ndjson are lines (those of BEIR, with `_id`, `title` and `text`,
// become documents), .npy and .safetensors vectors. Errors: `not_found`, `invalid`.
Result<std::unique_ptr<IngestBatches>> open_batches(const std::string& file,
                                                    const BatchOptions& options);

// Of the two kinds.
Result<std::unique_ptr<IngestBatches>> open_lines(const std::string& file,
                                                  const BatchOptions& options);
Result<std::unique_ptr<IngestBatches>> open_vectors(const std::string& file,
                                                    const BatchOptions& options);

}  // namespace qr::cli
