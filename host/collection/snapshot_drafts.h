// Snapshots that are being written, and what is left of those whose writer ended too soon.
//
// The draft of NAME is the folder `.NAME.draft` beside it. Whoever writes it holds `.NAME.lock`
// (flock), which the system gives up with the process, however that ended, also for other servers
// that share the folder. So a draft whose lock can be had is nobody's: its age tells nothing, and
// is not asked. No snapshot's name begins with a dot, so none is ever taken for a draft.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/error.h"

namespace qr {

// 1..128 of A-Z a-z 0-9 _ - . that do not begin with a dot.
constexpr bool is_snapshot_name(std::string_view name) {
    constexpr std::size_t kBytesMax = 128;
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    return !name.empty() && name.size() <= kBytesMax && name.front() != '.' &&
           std::ranges::all_of(name, is_plain);
}

std::filesystem::path draft_of(const std::filesystem::path& folder);

// The right to write the snapshot `folder`; given up with this object.
class DraftLock {
  public:
    // Errors: `conflict`, another export writes it; `unavailable`, the disk.
    static Result<DraftLock> take(const std::filesystem::path& folder);
    DraftLock(DraftLock&& other) noexcept;
    DraftLock& operator=(DraftLock&&) = delete;
    ~DraftLock();

  private:
    DraftLock(std::filesystem::path file, int descriptor)
        : file_(std::move(file)), descriptor_(descriptor) {}

    std::filesystem::path file_;
    int descriptor_;  // negative: moved from
};

struct DraftSweep {
    std::vector<std::string> removed;  // names of the snapshots that they never became
    std::vector<std::string> kept;     // each with the reason
};

// Removes the drafts in `snapshots` that nobody writes any more. Kept are those with anything in
// them that no export writes.
DraftSweep remove_stale_drafts(const std::filesystem::path& snapshots);

}  // namespace qr
