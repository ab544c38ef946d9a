#include "host/collection/snapshot_import.h"

#include <cstring>
#include <utility>

#include "host/base/misfit.h"
#include "host/collection/document_rules.h"
#include "host/collection/snapshot_folder.h"
#include "host/collection/stored_rows.h"
#include "host/encoding/safetensors.h"

namespace qr {
namespace {

constexpr std::uint64_t kManifestBytesMax = std::uint64_t{64} << 20;
constexpr std::uint64_t kPartBytesMax = std::uint64_t{4} << 30;
constexpr std::size_t kBatchBytes = std::size_t{8} << 20;  // in one commit

Error misfit(const std::string& file, const std::string& found, const std::string& allowed) {
    return misfit_error(Code::invalid, file, found, allowed);
}

TensorType tensor_type(Dtype storage) {
    return storage == Dtype::float32   ? TensorType::float32
           : storage == Dtype::float16 ? TensorType::float16
                                       : TensorType::bfloat16;
}

// The rows of a part, taken one after another with its lines.
class PartReader {
  public:
    PartReader(const SnapshotManifest& manifest, const SnapshotPart& part, CollectionId id)
        : layout_(manifest.settings.layout), end_(manifest.next_number), part_(part), id_(id) {}

    Result<void> check(const Safetensors& tensors) {
        const std::string& file = part_.vectors.name;
        const Tensor* numbers = tensors.find("numbers");
        const Tensor* vectors = tensors.find("vectors");
        const std::vector<std::size_t> shape = {part_.documents, layout_.dimension};
        if (numbers == nullptr || numbers->type != TensorType::uint64 ||
            numbers->shape != std::vector<std::size_t>{part_.documents})
            return misfit(file, "no 'numbers', or others", "U64, one a document");
        if (vectors == nullptr || vectors->type != tensor_type(layout_.storage) ||
            vectors->shape != shape)
            return misfit(file, "no 'vectors', or others",
                          "rows of " + std::to_string(layout_.dimension) + " numbers of type " +
                              std::string(info(layout_.storage).name));
        numbers_ = numbers->bytes;
        vectors_ = vectors->bytes;
        return {};
    }

    Result<void> add(std::size_t row, std::string_view line, std::uint64_t& next,
                     StoreBatch& batch) const {
        const std::string what = part_.lines.name + " line " + std::to_string(row + 1);
        Result<Document> document = parse_line(line, what);
        if (!document) return document.error();
        if (auto checked = check_document(*document, row); !checked)
            return misfit(what, checked.error().message, "documents");
        std::uint64_t number = 0;
        std::memcpy(&number, &numbers_[row * sizeof number], sizeof number);
        if (number < next || number >= end_)
            return misfit(part_.vectors.name, "number " + std::to_string(number),
                          "ascending ones below " + std::to_string(end_));
        next = number + 1;
        const std::size_t bytes = vector_bytes(layout_);
        const std::span<const std::byte> vector = vectors_.subspan(row * bytes, bytes);
        if (auto checked = check_vector(vector); !checked)
            return misfit(part_.vectors.name, checked.error().message, "vectors");
        batch.writes.push_back({Shelf::records, document_key(id_, number), encode(*document)});
        batch.writes.push_back({Shelf::vectors, vector_key(id_, number),
                                std::string(reinterpret_cast<const char*>(vector.data()), bytes)});
        return {};
    }

  private:
    Result<void> check_vector(std::span<const std::byte> bytes) const {
        std::vector<float> row(layout_.dimension);
        widen(layout_.storage, bytes, row);
        const Result<StoredRows> rows =
            StoredRows::make({row.data(), 1, row.size()}, row.size(), Dtype::float32);
        return rows ? Result<void>() : Result<void>(rows.error());
    }

    const TableLayout layout_;
    const std::uint64_t end_;
    const SnapshotPart& part_;
    const CollectionId id_;
    std::span<const std::byte> numbers_;
    std::span<const std::byte> vectors_;
};

Result<void> import_part(const std::filesystem::path& folder, const SnapshotManifest& manifest,
                         const SnapshotPart& part, CollectionId id, Store& store,
                         std::uint64_t& next) {
    const Result<std::string> file = read_whole(folder / part.vectors.name, kPartBytesMax);
    if (!file) return in_snapshot(folder, file.error());
    const Result<std::string> lines = read_whole(folder / part.lines.name, kPartBytesMax);
    if (!lines) return in_snapshot(folder, lines.error());
    const Result<Safetensors> tensors =
        Safetensors::parse(std::as_bytes(std::span(*file)), part.vectors.name);
    if (!tensors) return in_snapshot(folder, tensors.error());
    PartReader reader(manifest, part, id);
    if (auto checked = reader.check(*tensors); !checked)
        return in_snapshot(folder, checked.error());
    StoreBatch batch;
    std::size_t bytes = 0;
    std::string_view rest = *lines;
    for (std::size_t row = 0; row < part.documents; ++row) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos)
            return in_snapshot(folder, misfit(part.lines.name, std::to_string(row) + " lines",
                                              std::to_string(part.documents)));
        if (auto added = reader.add(row, rest.substr(0, end), next, batch); !added)
            return in_snapshot(folder, added.error());
        rest.remove_prefix(end + 1);
        bytes += end + vector_bytes(manifest.settings.layout);
        if (bytes < kBatchBytes) continue;
        if (auto committed = store.commit(batch); !committed) return committed;
        batch.writes.clear();
        bytes = 0;
    }
    if (!rest.empty())
        return in_snapshot(folder,
                           misfit(part.lines.name, "more lines", std::to_string(part.documents)));
    return batch.writes.empty() ? Result<void>() : store.commit(batch);
}

Result<SnapshotManifest> read_manifest(const std::filesystem::path& folder) {
    const std::string name = "manifest.json";
    const Result<std::string> text = read_whole(folder / name, kManifestBytesMax);
    if (!text) return text.error();
    Result<SnapshotManifest> manifest = parse_manifest(*text, name);
    if (!manifest) return manifest;
    std::uint64_t documents = 0;
    for (const SnapshotPart& part : manifest->parts) {
        documents += part.documents;
        if (auto verified = verify(folder, part.vectors); !verified) return verified.error();
        if (auto verified = verify(folder, part.lines); !verified) return verified.error();
    }
    if (documents != manifest->documents)
        return misfit(name, std::to_string(documents) + " documents in its parts",
                      std::to_string(manifest->documents));
    if (auto checked = check_settings(manifest->settings); !checked) return checked.error();
    return manifest;
}

}  // namespace

Result<SnapshotManifest> open_snapshot(const std::filesystem::path& folder) {
    Result<SnapshotManifest> manifest = read_manifest(folder);
    if (!manifest) return in_snapshot(folder, manifest.error());
    return manifest;
}

Result<void> import_documents(const std::filesystem::path& folder, const SnapshotManifest& manifest,
                              CollectionId id, Store& store) {
    std::uint64_t next = 0;
    for (const SnapshotPart& part : manifest.parts) {
        if (auto imported = import_part(folder, manifest, part, id, store, next); !imported)
            return imported;
    }
    return {};
}

}  // namespace qr
