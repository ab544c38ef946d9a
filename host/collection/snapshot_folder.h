// The files of a folder that appears whole or not at all, and their bytes as they were promised.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "host/base/error.h"
#include "host/collection/snapshot.h"
#include "host/collection/snapshot_drafts.h"

namespace qr {

// `error` with the snapshot's name before what it says. Nothing here names the folder above it:
// clients read these messages.
Error in_snapshot(const std::filesystem::path& folder, Error error);

// A folder under construction, beside the one it will be. Gone with this object unless publish()ed.
class FolderWriter {
  public:
    // Errors: `conflict`, `folder` exists or another export writes it; `unavailable`, the disk.
    static Result<FolderWriter> begin(const std::filesystem::path& folder);
    FolderWriter(FolderWriter&& other) noexcept;
    FolderWriter& operator=(FolderWriter&&) = delete;
    ~FolderWriter();

    // On the disk when it returns.
    Result<SnapshotFile> write(const std::string& name, std::string_view bytes);
    Result<void> publish();

  private:
    FolderWriter(DraftLock lock, std::filesystem::path folder)
        : lock_(std::move(lock)), folder_(std::move(folder)), draft_(draft_of(folder_)) {}

    DraftLock lock_;  // outlives the draft
    std::filesystem::path folder_;
    std::filesystem::path draft_;  // empty: published, or moved from
};

// Errors: `not_found`, `unavailable`, `invalid` where there are more bytes than `bytes_max`.
Result<std::string> read_whole(const std::filesystem::path& file, std::uint64_t bytes_max);
// Errors: `invalid`, the size or the digest is not what the manifest says.
Result<void> verify(const std::filesystem::path& folder, const SnapshotFile& file);

}  // namespace qr
