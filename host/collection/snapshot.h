// A collection as a folder: docs/COLLECTIONS.md states the format.
//
// Written beside its place, synced, then renamed: it appears whole or not at all. Part i is two
// files, vectors-<i>.safetensors and documents-<i>.ndjson, whose rows and lines belong together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "host/collection/collection.h"
#include "host/collection/records.h"
#include "host/store/store.h"

namespace qr {

inline constexpr std::uint64_t kSnapshotFormat = 1;

struct SnapshotFile {
    std::string name;
    std::uint64_t bytes = 0;
    std::string sha256;
};

struct SnapshotPart {
    std::uint64_t documents = 0;
    SnapshotFile vectors;
    SnapshotFile lines;
};

struct SnapshotManifest {
    CollectionSettings settings;
    double created_at = 0;        // the collection
    std::uint64_t documents = 0;  // in the parts
    std::uint64_t missing = 0;    // that were damaged, and are not in them
    std::uint64_t next_number = 0;
    std::vector<SnapshotPart> parts;
};

std::string to_json(const SnapshotManifest& manifest);
// Errors: `invalid`, naming `file` and what in it does not fit: a later version first.
Result<SnapshotManifest> parse_manifest(std::string_view json, std::string_view file);

// One line of NDJSON, with its newline. The vector is elsewhere.
void append_line(std::string& out, const Document& document);
// Errors: `invalid`, naming `what`.
Result<Document> parse_line(std::string_view line, const std::string& what);

// [header][numbers U64][vectors]: a .safetensors file. `vectors` are rows in the storage type.
std::string safetensors_of(const TableLayout& layout, const std::vector<std::uint64_t>& numbers,
                           std::string_view vectors);

}  // namespace qr
