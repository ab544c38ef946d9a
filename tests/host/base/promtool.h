// A program that lints what it is given, as tests ask it.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace qr {

inline bool is_on_path(const std::string& program) {
    std::istringstream folders(std::getenv("PATH"));
    for (std::string folder; std::getline(folders, folder, ':');) {
        if (std::filesystem::exists(folder + "/" + program)) return true;
    }
    return false;
}

// What the command prints about the text on its standard input; its exit status must be 0.
inline std::string complaints_of(const std::string& command, const std::string& text) {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    const std::string path = testing::TempDir() + test.test_suite_name() + test.name() + ".txt";
    FILE* const lint = popen((command + " > '" + path + "' 2>&1").c_str(), "w");
    if (lint == nullptr) return "cannot start " + command;
    EXPECT_EQ(text.size(), std::fwrite(text.data(), 1, text.size(), lint));
    EXPECT_EQ(0, pclose(lint));
    std::ifstream file(path);
    std::ostringstream found;
    found << file.rdbuf();
    std::filesystem::remove(path);
    return found.str();
}

}  // namespace qr
