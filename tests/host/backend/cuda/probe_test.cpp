#include "host/backend/cuda/probe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/host/backend/cuda/variables.h"

namespace qr::cuda {
namespace {

using test::Variables;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A machine made of files: /proc and /dev in a folder, the driver a stand-in.
class CudaProbe : public testing::Test {
  protected:
    CudaProbe()
        : root_(testing::TempDir() +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
        std::filesystem::remove_all(root_);
        places_ = {.driver_library = QR_STAND_IN_DRIVER,
                   .cublas_library = "libno_such_blas.so.13",
                   .proc = root_ + "/proc",
                   .dev = root_ + "/dev"};
    }
    ~CudaProbe() override { std::filesystem::remove_all(root_); }

    void write(const std::string& path, const std::string& text) {
        const std::filesystem::path file = root_ + path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    Probe probe() { return probe_machine("/no/such/module.so", places_); }

    std::string root_;
    ProbePlaces places_;
};

TEST_F(CudaProbe, FindsNothingOnABareMachine) {
    places_.driver_library = "libno_such_cuda.so.1";
    const Probe found = probe();
    EXPECT_THAT(found.library_error, HasSubstr("libno_such_cuda.so.1"));
    EXPECT_EQ("", found.kernel_driver);
    EXPECT_FALSE(found.is_wsl);
    EXPECT_THAT(found.device_files, IsEmpty());
    EXPECT_FALSE(found.driver_api || found.init_code || found.count_code);
    EXPECT_FALSE(found.module.is_there);
    EXPECT_EQ("", found.cublas_error) << "asked for although no device would use it";
}

TEST_F(CudaProbe, ReadsTheKernelDriversVersion) {
    write("/proc/driver/nvidia/version",
          "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build\n"
          "GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n");
    EXPECT_EQ("580.65.06", probe().kernel_driver);
}

TEST_F(CudaProbe, OpensTheDevicesFilesAndNoOthers) {
    write("/dev/nvidiactl", "");
    write("/dev/nvidia0", "");
    write("/dev/nvidia-uvm", "");
    write("/dev/nvidia-modeset", "");
    write("/dev/null0", "");
    std::filesystem::create_directories(root_ + "/dev/nvidia1");
    const Probe found = probe();
    ASSERT_THAT(found.device_files, SizeIs(4));
    EXPECT_EQ(root_ + "/dev/nvidia-uvm", found.device_files[0].path);
    EXPECT_EQ(root_ + "/dev/nvidia0", found.device_files[1].path);
    EXPECT_EQ(0, found.device_files[1].error);
    EXPECT_EQ(EISDIR, found.device_files[2].error) << "the error of opening is lost";
    EXPECT_EQ(root_ + "/dev/nvidiactl", found.device_files[3].path);
}

TEST_F(CudaProbe, SeesWindowsDriver) {
    write("/dev/dxg", "");
    EXPECT_TRUE(probe().is_wsl);
}

TEST_F(CudaProbe, AsksTheDriverForItsDevices) {
    const Variables driver{{"STAND_IN_DRIVER_DEVICES", "2"}, {"STAND_IN_DRIVER_CAPABILITY", "89"}};
    const Probe found = probe();
    EXPECT_EQ("", found.library_error);
    EXPECT_EQ(13'000, found.driver_api);
    EXPECT_EQ(0, found.init_code);
    EXPECT_EQ(0, found.count_code);
    ASSERT_THAT(found.devices, SizeIs(2));
    EXPECT_EQ("Stand-in device", found.devices[1].name);
    EXPECT_EQ(89, found.devices[1].capability);
    EXPECT_EQ(std::uint64_t{3} << 30, found.devices[1].free_bytes);
    EXPECT_EQ(std::uint64_t{80} << 30, found.devices[1].total_bytes);
    EXPECT_THAT(found.cublas_error, HasSubstr("libno_such_blas.so.13"));
}

TEST_F(CudaProbe, HasNoFiguresOfMemoryWhereNoContextIsToBeHad) {
    const Variables driver{{"STAND_IN_DRIVER_CONTEXT", "2"}};
    const Probe found = probe();
    ASSERT_THAT(found.devices, SizeIs(1));
    EXPECT_FALSE(found.devices[0].free_bytes);
}

TEST_F(CudaProbe, AsksNoFurtherThanTheFirstFailure) {
    const Variables driver{{"STAND_IN_DRIVER_INIT", "803"}};
    const Probe found = probe();
    EXPECT_EQ(803, found.init_code);
    EXPECT_FALSE(found.count_code);
    EXPECT_THAT(found.devices, IsEmpty());
}

TEST_F(CudaProbe, RemembersWhatTheEnvironmentHides) {
    EXPECT_FALSE(probe().visible_devices);
    const Variables hidden{{"CUDA_VISIBLE_DEVICES", ""}};
    EXPECT_EQ("", probe().visible_devices);
}

}  // namespace
}  // namespace qr::cuda
