#include "host/backend/cuda/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/host/backend/cuda/variables.h"

namespace qr::cuda {
namespace {

using test::Variables;
using testing::HasSubstr;

// Of the build tree; see CMakeLists.txt.
const std::string kStandIn = QR_STAND_IN_MODULE;

TEST(CudaModule, LiesBesideTheExecutablesFolderInTreeAndInstallation) {
    EXPECT_EQ("/usr/" QR_MODULE_FOLDER "/libquantumrerank_cuda.so",
              module_path_beside("/usr/bin/quantumrerank"));
}

TEST(CudaModule, LiesWhereItIsSaidTo) {
    EXPECT_EQ("/opt/m.so", module_path({.path = "/opt/m.so"}));
    EXPECT_THAT(module_path(ModuleOptions{}), HasSubstr("/libquantumrerank_cuda.so"));
}

TEST(CudaModule, IsOpenedOnce) {
    const Result<const Module*> first = open_module(kStandIn);
    ASSERT_TRUE(first.ok()) << first.error().message;
    const Result<const Module*> second = open_module(kStandIn);
    ASSERT_TRUE(second.ok());
    EXPECT_EQ(*first, *second);
}

TEST(CudaModule, ThatIsNotThereIsRefusedWithTheRemedy) {
    const Result<const Module*> opened = open_module("/no/such/module.so");
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(Code::unavailable, opened.error().code);
    EXPECT_EQ("module_missing", opened.error().reason);
    EXPECT_THAT(opened.error().message, HasSubstr("'/no/such/module.so'"));
    EXPECT_THAT(opened.error().message, HasSubstr("quantumrerank-cuda"));
}

TEST(CudaModule, ThatIsNoLibraryIsRefused) {
    const std::string path = testing::TempDir() + "no_library.so";
    std::ofstream(path) << "text";
    const Result<const Module*> opened = open_module(path);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ("module_broken", opened.error().reason);
    EXPECT_THAT(opened.error().message, HasSubstr(path));
}

TEST(CudaModule, WithoutItsSymbolIsRefused) {
    const Result<const Module*> opened = open_module(QR_STAND_IN_DRIVER);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ("module_broken", opened.error().reason);
    EXPECT_THAT(opened.error().message, HasSubstr("no CUDA module of quantumrerank"));
}

TEST(CudaModule, OfAnotherBuildIsRefusedAndBothAreNamed) {
    const Variables other{{"STAND_IN_MODULE_BUILD", "0.0.1, commit 0123"}};
    const Result<const Module*> opened = open_module(kStandIn);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ("module_foreign", opened.error().reason);
    EXPECT_THAT(opened.error().message, HasSubstr("'0.0.1, commit 0123'"));
    EXPECT_THAT(opened.error().message, HasSubstr(build_mark()));
}

TEST(CudaModule, GivesItsBackend) {
    const auto made = make_backend({.path = kStandIn});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ("double loops", (*made)->capabilities().instruction_set);
}

TEST(CudaModule, GivesItsCollectionEngineWithTheMemoryThatItMayTake) {
    const auto made = make_collection_engine({.path = kStandIn, .tables_max_bytes = 12'345});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ("reference", (*made)->name());
    EXPECT_EQ(12'345U, (*made)->capabilities().memory_max);
}

TEST(CudaModule, OfTheEmulatedDeviceMakesACollectionEngine) {
    const std::string path = QR_STAND_IN_CUDA_MODULE;
    if (path.empty()) GTEST_SKIP() << "no emulation in this build";
    const auto made = make_collection_engine({.path = path, .tables_max_bytes = 1 << 20});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ("cuda", (*made)->name());
    EXPECT_EQ(1U << 20, (*made)->capabilities().memory_max);
    EXPECT_TRUE((*made)->make_table({.dimension = 8}).ok());
}

TEST(CudaModule, OfTheEmulatedDevicePassesItsSelfTest) {
    const std::string path = QR_STAND_IN_CUDA_MODULE;
    if (path.empty()) GTEST_SKIP() << "no emulation in this build";
    const auto made = make_backend({.path = path});
    ASSERT_TRUE(made.ok()) << made.error().message;
    EXPECT_EQ("cuda", (*made)->name());
    const Result<SelfTestReport> report = self_test(**made);
    ASSERT_TRUE(report.ok()) << report.error().message;
    EXPECT_LE(report->max_abs_error, 1e-12);
}

TEST(CudaModule, ThatFindsNoDeviceIsExplainedByTheMachine) {
    const Variables refusal{{"STAND_IN_MODULE_REFUSES", "unavailable"}};
    const auto made = make_backend({.path = kStandIn});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(Code::unavailable, made.error().code);
    EXPECT_NE("", made.error().reason);
    EXPECT_THAT(made.error().message, HasSubstr("Remedy: "));
    EXPECT_EQ(made.error().message, make_collection_engine({.path = kStandIn}).error().message);
}

TEST(CudaModule, PassesABugOnAsItIs) {
    const Variables refusal{{"STAND_IN_MODULE_REFUSES", "internal"}};
    const auto made = make_backend({.path = kStandIn});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(Code::internal, made.error().code);
    EXPECT_EQ("the stand-in refuses", made.error().message);
}

}  // namespace
}  // namespace qr::cuda
