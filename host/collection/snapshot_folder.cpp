#include "host/collection/snapshot_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "host/base/misfit.h"
#include "host/encoding/digest.h"

namespace qr {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20;

// By its name alone: clients need not know where the server keeps it.
Error failed(const std::string& what, const std::filesystem::path& path, int reason) {
    const Code code = reason == ENOENT ? Code::not_found : Code::unavailable;
    return {code,
            path.filename().string() + ": cannot be " + what + ": " + std::strerror(reason),
            {},
            {},
            {}};
}

// An open file, closed at the end.
class File {
  public:
    File(const std::filesystem::path& path, int flags)
        : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    bool is_open() const { return descriptor_ >= 0; }
    int descriptor() const { return descriptor_; }

    bool write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
            if (count < 0 && errno != EINTR) return false;
            if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    // Less than asked for: the end; negative: failed.
    ssize_t read(char* into, std::size_t count) const {
        ssize_t got = 0;
        do {
            got = ::read(descriptor_, into, count);
        } while (got < 0 && errno == EINTR);
        return got;
    }

  private:
    const int descriptor_;
};

Result<void> sync_folder(const std::filesystem::path& folder) {
    const File file(folder, O_RDONLY | O_DIRECTORY);
    if (file.is_open() && ::fsync(file.descriptor()) == 0) return {};
    return failed("synced", folder, errno);
}

Error wrong(const SnapshotFile& file, const std::string& found, const std::string& allowed) {
    return misfit_error(Code::invalid, file.name, found, allowed);
}

}  // namespace

Error in_snapshot(const std::filesystem::path& folder, Error error) {
    error.message.insert(0, "snapshot '" + folder.filename().string() + "': ");
    return error;
}

Result<FolderWriter> FolderWriter::begin(const std::filesystem::path& folder) {
    Result<DraftLock> lock = DraftLock::take(folder);
    if (!lock) return lock.error();
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(folder, error)))
        return Error{Code::conflict,
                     "found one of this name, allowed: a new name",
                     {},
                     "one of this name",
                     "a new name"};
    std::filesystem::remove_all(draft_of(folder), error);  // what a process left, ended too soon
    if (!std::filesystem::create_directory(draft_of(folder), error))
        return Error{
            Code::unavailable, "its folder cannot be made: " + error.message(), {}, {}, {}};
    return FolderWriter(*std::move(lock), folder);
}

FolderWriter::FolderWriter(FolderWriter&& other) noexcept
    : lock_(std::move(other.lock_)),
      folder_(std::move(other.folder_)),
      draft_(std::exchange(other.draft_, {})) {}

FolderWriter::~FolderWriter() {
    std::error_code error;
    if (!draft_.empty()) std::filesystem::remove_all(draft_, error);
}

Result<SnapshotFile> FolderWriter::write(const std::string& name, std::string_view bytes) {
    const std::filesystem::path path = draft_ / name;
    const File file(path, O_WRONLY | O_CREAT | O_EXCL);
    if (!file.is_open() || !file.write(bytes) || ::fsync(file.descriptor()) != 0)
        return failed("written", path, errno);
    Sha256 digest;
    digest.add(std::as_bytes(std::span(bytes)));
    return SnapshotFile{.name = name, .bytes = bytes.size(), .sha256 = digest.finish()};
}

Result<void> FolderWriter::publish() {
    if (auto synced = sync_folder(draft_); !synced) return synced;
    std::error_code error;
    std::filesystem::rename(draft_, folder_, error);
    if (error)
        return Error{
            Code::unavailable, "its folder cannot be made: " + error.message(), {}, {}, {}};
    draft_.clear();
    const std::filesystem::path parent = folder_.parent_path();
    return sync_folder(parent.empty() ? "." : parent);
}

Result<std::string> read_whole(const std::filesystem::path& path, std::uint64_t bytes_max) {
    const File file(path, O_RDONLY);
    if (!file.is_open()) return failed("read", path, errno);
    std::string bytes;
    while (bytes.size() <= bytes_max) {
        const std::size_t begin = bytes.size();
        bytes.resize(begin + kReadBytes);
        const ssize_t count = file.read(bytes.data() + begin, kReadBytes);
        if (count < 0) return failed("read", path, errno);
        bytes.resize(begin + static_cast<std::size_t>(count));
        if (count == 0) return bytes;
    }
    const std::string allowed = std::to_string(bytes_max) + " bytes";
    return Error{Code::invalid,
                 path.filename().string() + ": found more, allowed: " + allowed,
                 {},
                 "more",
                 allowed};
}

Result<void> verify(const std::filesystem::path& folder, const SnapshotFile& promised) {
    const std::filesystem::path path = folder / promised.name;
    const File file(path, O_RDONLY);
    if (!file.is_open()) return failed("read", path, errno);
    Sha256 digest;
    std::uint64_t bytes = 0;
    std::string buffer(kReadBytes, '\0');
    while (true) {
        const ssize_t count = file.read(buffer.data(), buffer.size());
        if (count < 0) return failed("read", path, errno);
        if (count == 0) break;
        bytes += static_cast<std::uint64_t>(count);
        digest.add(std::as_bytes(std::span(buffer).first(static_cast<std::size_t>(count))));
    }
    if (bytes != promised.bytes)
        return wrong(promised, std::to_string(bytes) + " bytes", std::to_string(promised.bytes));
    const std::string sum = digest.finish();
    if (sum != promised.sha256) return wrong(promised, "SHA-256 " + sum, promised.sha256);
    return {};
}

}  // namespace qr
