// Folders that stores of tests lie in, and their files as bytes.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/store/open_store.h"
#include "tests/support/temporary_folder.h"

namespace qr::test {

inline std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    return files;
}

inline std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                                      const std::string& extension) {
    auto files = files_below(folder);
    std::erase_if(files, [&](const auto& file) { return file.extension() != extension; });
    return files;
}

// The names of files that have `bytes` somewhere.
inline std::vector<std::string> files_with(const std::filesystem::path& folder,
                                           const std::string& bytes) {
    std::vector<std::string> found;
    for (const auto& file : files_below(folder)) {
        if (bytes_of(file).find(bytes) != std::string::npos) found.push_back(file.filename());
    }
    return found;
}

// Flips the lowest bit of the byte at `offset`.
inline void flip(const std::filesystem::path& file, std::size_t offset) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    stream.seekg(static_cast<std::streamoff>(offset));
    const char byte = static_cast<char>(stream.get() ^ 1);
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.put(byte);
    ASSERT_TRUE(stream.good()) << file << " at " << offset;
}

// The file, which it makes anew.
inline std::filesystem::path write_key_file(const std::filesystem::path& file,
                                            const std::string& text, mode_t mode) {
    std::ofstream(file, std::ios::binary) << text;
    EXPECT_EQ(chmod(file.c_str(), mode), 0);
    return file;
}

// A store in a folder of its own, which goes with it.
class FreshStore final : public Store {
  public:
    enum class Values { in_the_clear, sealed };
    explicit FreshStore(Values values) {
        StoreOptions options{.folder = folder_.path() / "store"};
        if (values == Values::sealed) {
            options.key_file = write_key_file(folder_.path() / "key", std::string(32, 'k'), 0600);
        }
        auto opened = open_store(options);
        if (!opened) throw std::runtime_error(opened.error().message);
        store_ = std::move(*opened);
    }
    Result<void> commit(const StoreBatch& batch) override { return store_->commit(batch); }
    std::shared_ptr<const StoreView> view() const override { return store_->view(); }
    Result<void> compact(Shelf shelf, std::string_view prefix) override {
        return store_->compact(shelf, prefix);
    }
    Result<void> recover() override { return store_->recover(); }
    StoreCondition condition() const override { return store_->condition(); }

  private:
    TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
};

}  // namespace qr::test
