#include "host/store/store_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "host/base/misfit.h"

namespace qr {
namespace {

constexpr std::string_view kFormatWords = "quantumrerank store ";

Error failed(const std::filesystem::path& path, std::string_view what, int number) {
    return {.code = Code::unavailable,
            .message = path.string() + ": cannot " + std::string(what) + ": " +
                       std::generic_category().message(number)};
}

class File {
  public:
    File(const std::filesystem::path& path, int flags)
        : number_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (number_ >= 0) close(number_);
    }
    int number() const { return number_; }
    int release() { return std::exchange(number_, -1); }

  private:
    int number_;
};

Result<void> sync_folder(const std::filesystem::path& folder) {
    const File file(folder, O_RDONLY | O_DIRECTORY);
    if (file.number() < 0 || fsync(file.number()) != 0) return failed(folder, "sync", errno);
    return {};
}

Result<void> write_whole(const std::filesystem::path& path, std::string_view text) {
    const File file(path, O_WRONLY | O_CREAT | O_TRUNC);
    if (file.number() < 0) return failed(path, "open", errno);
    while (!text.empty()) {
        const ssize_t written = write(file.number(), text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return failed(path, "write", errno);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (fsync(file.number()) != 0) return failed(path, "sync", errno);
    return {};
}

Result<void> check_format(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    int version = 0;
    const std::string_view number =
        line.starts_with(kFormatWords) ? std::string_view(line).substr(kFormatWords.size()) : "";
    const auto [end, error] = std::from_chars(number.begin(), number.end(), version);
    if (error == std::errc() && end == number.end() && version == kStoreFormat) return {};
    const std::string found =
        error == std::errc() ? "version " + std::string(number) : "'" + line.substr(0, 64) + "'";
    const std::string allowed = "version " + std::to_string(kStoreFormat);
    return misfit_error(Code::internal, file.string() + ": the store's format", found, allowed);
}

}  // namespace

Result<void> write_durably(const std::filesystem::path& file, std::string_view text) {
    std::filesystem::path temporary = file;
    temporary += ".new";
    if (auto written = write_whole(temporary, text); !written) return written;
    if (rename(temporary.c_str(), file.c_str()) != 0) return failed(file, "rename", errno);
    return sync_folder(file.parent_path());
}

std::string named_from(const std::filesystem::path& folder, std::string text) {
    if (folder.empty()) return text;
    const std::string prefix = (folder / "").string();
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at))
        text.erase(at, prefix.size());
    return text;
}

Result<StoreFolder> StoreFolder::take(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return failed(folder, "make the folder", error.value());
    File lock(folder / "LOCK", O_RDWR | O_CREAT);
    if (lock.number() < 0) return failed(folder / "LOCK", "open", errno);
    if (flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return failed(folder / "LOCK", "lock", errno);
        return Error{.code = Code::conflict,
                     .message = folder.string() + ": another process has this store open"};
    }
    StoreFolder taken(folder, lock.release());
    taken.has_format_ = std::filesystem::exists(folder / "FORMAT", error);
    if (taken.has_format_) {
        if (auto known = check_format(folder / "FORMAT"); !known) return known.error();
    }
    return taken;
}

StoreFolder::StoreFolder(StoreFolder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      has_format_(other.has_format_) {}

StoreFolder::~StoreFolder() {
    if (lock_ >= 0) close(lock_);
}

Result<void> StoreFolder::write_format() {
    const std::string line = std::string(kFormatWords) + std::to_string(kStoreFormat) + "\n";
    if (auto written = write_durably(path_ / "FORMAT", line); !written) return written;
    has_format_ = true;
    return {};
}

}  // namespace qr
