// The files of tests/server/dialects/golden: what clients send and get, byte for byte.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace qr::golden {

class Files {
  public:
    explicit Files(const std::string& folder) {
        const char* source = std::getenv("QR_SOURCE_DIR");
        folder_ = std::filesystem::path(source == nullptr ? "." : source) /
                  "tests/server/dialects/golden" / folder;
    }

    // Without the line ends that editors put at the end.
    std::string read(const std::string& name) const {
        std::ifstream file(folder_ / name, std::ios::binary);
        EXPECT_TRUE(file.is_open()) << name;
        std::ostringstream text;
        text << file.rdbuf();
        std::string bytes = text.str();
        while (bytes.ends_with('\n'))
            bytes.pop_back();
        return bytes;
    }

    bool has(const std::string& name) const { return std::filesystem::exists(folder_ / name); }

    // Of the cases: what stands before ".request.json".
    std::vector<std::string> names() const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
            const std::string file = entry.path().filename().string();
            const std::size_t end = file.find(".request.json");
            if (end != std::string::npos) found.push_back(file.substr(0, end));
        }
        std::sort(found.begin(), found.end());
        return found;
    }

  private:
    std::filesystem::path folder_;
};

}  // namespace qr::golden
