// The golden files of these tests, and the texts that they are about.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace qr::test {

inline std::string data_path(const std::string& name) {
    const char* root = std::getenv("QR_SOURCE_DIR");
    return std::string(root == nullptr ? "." : root) + "/tests/host/text/data/" + name;
}

inline std::string read_whole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file.good()) << path;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

inline std::vector<std::string> read_lines(const std::string& path) {
    std::ifstream file(path);
    EXPECT_TRUE(file.good()) << path;
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    return lines;
}

// What tokenizer_texts.py wrote while these tests were built.
inline std::vector<std::string> read_texts() {
    const std::string bytes = read_whole(QR_TOKENIZER_TEXTS);
    std::vector<std::string> texts;
    for (std::size_t at = 0; at + 4 <= bytes.size();) {
        std::uint32_t size = 0;
        std::memcpy(&size, bytes.data() + at, sizeof size);
        texts.push_back(bytes.substr(at + 4, size));
        at += 4 + size;
    }
    return texts;
}

}  // namespace qr::test
