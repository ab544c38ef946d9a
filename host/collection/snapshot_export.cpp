#include "host/collection/snapshot_export.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "host/collection/document_walk.h"
#include "host/collection/expiry_queue.h"
#include "host/collection/snapshot.h"
#include "host/collection/snapshot_folder.h"

namespace qr {
namespace {

std::string part_name(const char* pattern, std::size_t index) {
    std::array<char, 64> name;
    const int size = std::snprintf(name.data(), name.size(), pattern, index);
    return {name.data(), static_cast<std::size_t>(size)};
}

class Exporting {
  public:
    Exporting(const CollectionRecord& record, FolderWriter folder, std::size_t part_bytes)
        : layout_(record.settings.layout), folder_(std::move(folder)), part_bytes_(part_bytes) {
        manifest_.settings = record.settings;
        manifest_.created_at = record.created_at;
    }

    Result<void> add(const StoredDocument& stored) {
        numbers_.push_back(stored.number);
        vectors_.append(reinterpret_cast<const char*>(stored.vector.data()), stored.vector.size());
        append_line(lines_, stored.document);
        const bool is_full = std::max(vectors_.size(), lines_.size()) >= part_bytes_;
        return is_full ? flush() : Result<void>();
    }

    Result<void> finish(const Counters& counters, std::uint64_t read) {
        if (auto flushed = flush(); !flushed) return flushed;
        manifest_.next_number = counters.next_number;
        manifest_.missing = counters.documents - std::min(counters.documents, read);
        Result<SnapshotFile> written = folder_.write("manifest.json", to_json(manifest_));
        if (!written) return written.error();
        return folder_.publish();
    }

  private:
    Result<void> flush() {
        if (numbers_.empty()) return {};
        const std::size_t index = manifest_.parts.size();
        const std::string tensors = safetensors_of(layout_, numbers_, vectors_);
        Result<SnapshotFile> vectors =
            folder_.write(part_name("vectors-%05zu.safetensors", index), tensors);
        if (!vectors) return vectors.error();
        Result<SnapshotFile> lines =
            folder_.write(part_name("documents-%05zu.ndjson", index), lines_);
        if (!lines) return lines.error();
        manifest_.documents += numbers_.size();
        manifest_.parts.push_back({numbers_.size(), *std::move(vectors), *std::move(lines)});
        numbers_.clear();
        vectors_.clear();
        lines_.clear();
        return {};
    }

    const TableLayout layout_;
    FolderWriter folder_;
    const std::size_t part_bytes_;
    SnapshotManifest manifest_;
    std::vector<std::uint64_t> numbers_;
    std::string vectors_;
    std::string lines_;
};

}  // namespace

Result<void> export_collection(const StoreView& view, const CollectionRecord& record,
                               const std::filesystem::path& folder, const ExportOptions& options) {
    Result<FolderWriter> writer = FolderWriter::begin(folder);
    if (!writer) return in_snapshot(folder, writer.error());
    Counters counters;
    const std::string key = counters_key(record.id);
    const Result<std::optional<std::string>> value = view.get(Shelf::records, key);
    if (value && value->has_value()) {
        const Result<Counters> counted = decode_counters(key, **value);
        if (counted) counters = *counted;
    }
    Exporting exporting(record, *std::move(writer), options.part_bytes);
    DocumentWalk walk(view, record.id, {}, vector_bytes(record.settings.layout), WithText::yes);
    std::uint64_t read = 0;
    while (walk.next()) {
        ++read;
        const StoredDocument& stored = walk.document();
        if (stored.document.fields.expires_at.value_or(kNever) <= options.now) continue;
        if (auto added = exporting.add(stored); !added) return in_snapshot(folder, added.error());
    }
    counters.documents = std::max(counters.documents, read + walk.halves().size());
    counters.next_number = std::max(counters.next_number, walk.next_number());
    if (auto finished = exporting.finish(counters, read); !finished)
        return in_snapshot(folder, finished.error());
    return {};
}

}  // namespace qr
