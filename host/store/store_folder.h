// The folder of a store: taken by one process at a time, and of a format that is known.
//
//   LOCK     held (flock) as long as the store is open
//   FORMAT   "quantumrerank store 1", written once the database has been made
//   db/      the database
//
// The version is of the layout, of frames and of seals together; it is read before the database is
// touched, because a later one may keep its data elsewhere.
#pragma once

#include <filesystem>
#include <string>

#include "host/base/error.h"

namespace qr {

inline constexpr int kStoreFormat = 1;

// Writes `text` so that after a crash the file is there whole or not at all. Errors: `unavailable`.
Result<void> write_durably(const std::filesystem::path& file, std::string_view text);

// `text` with the files in `folder` named from there. A client may be told what went wrong; where
// on the server's disk that is, is the operator's, who knows the folder.
std::string named_from(const std::filesystem::path& folder, std::string text);

class StoreFolder {
  public:
    // Makes the folder where there is none. Errors: `conflict` (another process has it open),
    // `internal` (a format of a later version, both named), `unavailable` (the disk).
    static Result<StoreFolder> take(const std::filesystem::path& folder);

    StoreFolder(StoreFolder&& other) noexcept;
    StoreFolder& operator=(StoreFolder&&) = delete;
    ~StoreFolder();  // gives it up

    std::filesystem::path path() const { return path_; }
    std::filesystem::path database() const { return path_ / "db"; }
    bool has_format() const { return has_format_; }
    Result<void> write_format();

  private:
    StoreFolder(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::filesystem::path path_;
    int lock_ = -1;
    bool has_format_ = false;
};

}  // namespace qr
