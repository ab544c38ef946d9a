// The stand-in NVML with figures of the test's own, opened through the real door.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace qr::cuda {

inline constexpr const char* kWholeDevice = R"(0 uuid GPU-1
0 pci 0000:3b:00.0
0 name NVIDIA H100 80GB HBM3
0 temperature 45
0 memory 85000000000 250000
0 utilisation 30
0 power 70500
0 ecc 2 1
0 clocks 36
)";

class NvmlTest : public testing::Test {
  protected:
    NvmlTest() {
        const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
        path_ = testing::TempDir() + test.test_suite_name() + test.name() + ".nvml";
        ::setenv("STAND_IN_NVML_FILE", path_.c_str(), 1);
        tell(kWholeDevice);
    }
    ~NvmlTest() override {
        std::filesystem::remove(path_);
        std::filesystem::remove(path_ + ".calls");
        ::unsetenv("STAND_IN_NVML_FILE");
    }
    // All figures from now on; see tests/support/stand_in_nvml/figures.h. In one step, as the
    // library may be reading.
    void tell(const std::string& lines) {
        std::ofstream(path_ + ".new") << lines;
        std::filesystem::rename(path_ + ".new", path_);
    }
    // Where the lines told include "calls".
    std::vector<std::string> calls() const {
        std::ifstream file(path_ + ".calls");
        std::vector<std::string> all;
        for (std::string name; std::getline(file, name);)
            all.push_back(name);
        return all;
    }

    const std::string library_ = QR_STAND_IN_NVML;
    const std::string old_library_ = QR_STAND_IN_NVML_OLD;

  private:
    std::string path_;
};

}  // namespace qr::cuda
