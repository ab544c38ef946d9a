// The ids of the rows of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "host/encoding/safetensors.h"
#include "server/dialects/document_source.h"

namespace qr::collections {

class FileIds {
  public:
    // Prefix and number, counted from `first` on.
    explicit FileIds(RowNames names) : names_(std::move(names)) {}
    // As the file says, one a row.
    explicit FileIds(std::vector<std::string> ids) : ids_(std::move(ids)) {}

    std::string id(std::size_t row) const {
        return ids_.empty() ? names_.prefix + std::to_string(names_.first + row) : ids_.at(row);
    }

  private:
    RowNames names_;
    std::vector<std::string> ids_;
};

// Of the tensor "ids", else of the metadata, else by `names`. `file` is what was parsed. Errors:
// `invalid`, where there are not as many as rows or where they are of another kind.
Result<FileIds> ids_of(const Safetensors& tensors, std::span<const std::byte> file,
                       std::size_t rows, RowNames names);

}  // namespace qr::collections
