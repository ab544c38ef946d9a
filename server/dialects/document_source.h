// A body of many documents, read batch by batch, so that none is larger than a commit should be.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/dialects/collection_documents.h"

namespace qr::collections {

struct DocumentBatch {
    std::shared_ptr<UpsertRequest> documents;
    std::vector<std::size_t> places;  // of each: its line or its row, counted from 1
};

class DocumentSource {
  public:
    virtual ~DocumentSource() = default;
    // "line" or "row": what places count.
    virtual std::string_view unit() const = 0;
    // Absent at the end. What stood before a mistake comes as a batch first, then the error, which
    // names the place: `malformed`, `invalid`, `no_encoder`, `out_of_memory`.
    virtual Result<std::optional<DocumentBatch>> next() = 0;
    // What was ignored so far.
    virtual std::vector<std::string> take_warnings() = 0;
};

// Rows of one batch: as many as are some MiB.
std::size_t batch_rows(std::size_t dimension);

// "line 17: <what was wrong>"
Error at_place(Error error, std::string_view unit, std::size_t place);

// How rows without ids of their own are named: prefix and number.
struct RowNames {
    std::string prefix;
    std::uint64_t first = 0;
};

// A .npy file; a .safetensors file with a tensor "vectors" [n, d] (F32, F16, BF16) and either a
// tensor "ids" [n] (U64, I64) or `__metadata__` with "ids", the text of a JSON array. Errors:
// `malformed`, `invalid`.
Result<std::unique_ptr<DocumentSource>> read_npy(native::Payload payload, BufferPool& buffers,
                                                 const UpsertLimits& limits, RowNames names);
Result<std::unique_ptr<DocumentSource>> read_safetensors(native::Payload payload,
                                                         BufferPool& buffers,
                                                         const UpsertLimits& limits,
                                                         RowNames names);

}  // namespace qr::collections
