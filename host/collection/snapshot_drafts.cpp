#include "host/collection/snapshot_drafts.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace qr {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDraft = ".draft";
constexpr std::string_view kLock = ".lock";
// Each try but the last met a lock file whose holder was just removing it.
constexpr int kTriesMax = 16;

fs::path beside(const fs::path& folder, std::string_view ending) {
    return folder.parent_path() / ('.' + folder.filename().string() + std::string(ending));
}

Error failed(int reason) {
    return {.code = Code::unavailable,
            .message = "its draft cannot be locked: " + std::generic_category().message(reason)};
}

Error taken() {
    return {.code = Code::conflict,
            .message = "found another export that writes it, allowed: one at a time",
            .found = "another export that writes it",
            .allowed = "one at a time"};
}

// Whoever held the lock before may have removed its file after it was opened here.
bool is_still(int descriptor, const fs::path& file) {
    struct stat held {};
    struct stat there {};
    return fstat(descriptor, &held) == 0 && stat(file.c_str(), &there) == 0 &&
           held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

bool is_of_an_export(const fs::directory_entry& entry) {
    std::error_code error;
    if (entry.symlink_status(error).type() != fs::file_type::regular) return false;
    const std::string name = entry.path().filename().string();
    return name == "manifest.json" ||
           (name.starts_with("vectors-") && name.ends_with(".safetensors")) ||
           (name.starts_with("documents-") && name.ends_with(".ndjson"));
}

// NAME of `.NAME<ending>`.
std::optional<std::string> name_in(std::string_view file, std::string_view ending) {
    if (!file.starts_with('.') || !file.ends_with(ending)) return std::nullopt;
    if (file.size() <= 1 + ending.size()) return std::nullopt;
    const std::string_view name = file.substr(1, file.size() - 1 - ending.size());
    return is_snapshot_name(name) ? std::optional(std::string(name)) : std::nullopt;
}

// Those with a draft, or with a lock that outlived the draft.
std::set<std::string> unfinished_in(const fs::path& snapshots) {
    std::set<std::string> names;
    std::error_code error;
    fs::directory_iterator at(snapshots, error);
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
        const std::string file = at->path().filename().string();
        const fs::file_type type = at->symlink_status(error).type();
        // A lock of ours is empty.
        const bool is_lock = type == fs::file_type::regular && at->file_size(error) == 0;
        if (type != fs::file_type::directory && !is_lock) continue;
        if (auto name = name_in(file, is_lock ? kLock : kDraft)) names.insert(*std::move(name));
    }
    return names;
}

// Empty: removed.
std::string remove_draft(const fs::path& draft) {
    std::error_code error;
    fs::directory_iterator at(draft, error);
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
        if (!is_of_an_export(*at))
            return "holds " + at->path().filename().string() + ", which no export writes";
    }
    if (!error) fs::remove_all(draft, error);
    return error ? error.message() : std::string();
}

}  // namespace

fs::path draft_of(const fs::path& folder) {
    return beside(folder, kDraft);
}

Result<DraftLock> DraftLock::take(const fs::path& folder) {
    const fs::path file = beside(folder, kLock);
    for (int tries = 0; tries < kTriesMax; ++tries) {
        const int descriptor =
            ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (descriptor < 0) return failed(errno);
        const int reason = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
        if (reason == 0 && is_still(descriptor, file)) return DraftLock(file, descriptor);
        ::close(descriptor);
        if (reason == EWOULDBLOCK) return taken();
        if (reason != 0) return failed(reason);
    }
    return taken();
}

DraftLock::DraftLock(DraftLock&& other) noexcept
    : file_(std::move(other.file_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

// The file first: removed by its holder alone, it is never another's.
DraftLock::~DraftLock() {
    if (descriptor_ < 0) return;
    ::unlink(file_.c_str());
    ::close(descriptor_);
}

DraftSweep remove_stale_drafts(const fs::path& snapshots) {
    DraftSweep sweep;
    for (const std::string& name : unfinished_in(snapshots)) {
        const fs::path draft = draft_of(snapshots / name);
        const Result<DraftLock> lock = DraftLock::take(snapshots / name);
        if (!lock) {
            sweep.kept.push_back(name + ": " + lock.error().message);
            continue;
        }
        std::error_code error;
        if (!fs::exists(fs::symlink_status(draft, error))) continue;
        const std::string why_not = remove_draft(draft);
        if (why_not.empty()) {
            sweep.removed.push_back(name);
        } else {
            sweep.kept.push_back(name + ": " + why_not);
        }
    }
    return sweep;
}

}  // namespace qr
