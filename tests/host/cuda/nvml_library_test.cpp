#include "host/cuda/nvml_library.h"

#include <gmock/gmock.h>

#include "tests/host/cuda/nvml_fixture.h"

namespace qr::cuda {
namespace {

using testing::HasSubstr;
using NvmlLibraryTest = NvmlTest;

TEST_F(NvmlLibraryTest, IsStartedOnceAndShutDownWithItsLastOwner) {
    tell("calls\n");
    auto opened = NvmlLibrary::open(library_);
    ASSERT_TRUE(opened.ok());
    std::shared_ptr<const NvmlLibrary> other = *opened;
    opened = Error{};
    EXPECT_EQ(std::vector<std::string>{"nvmlInit_v2"}, calls());
    other.reset();
    EXPECT_EQ((std::vector<std::string>{"nvmlInit_v2", "nvmlShutdown"}), calls());
}

TEST_F(NvmlLibraryTest, NamesAFileThatIsMissing) {
    const auto opened = NvmlLibrary::open("libnvidia-ml.so.nowhere");
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(Code::unavailable, opened.error().code);
    EXPECT_THAT(opened.error().message, HasSubstr("libnvidia-ml.so.nowhere"));
}

TEST_F(NvmlLibraryTest, RefusesALibraryThatIsNoNvml) {
    const auto opened = NvmlLibrary::open("libm.so.6");
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ("libm.so.6 is no NVML: it has no nvmlInit_v2", opened.error().message);
}

TEST_F(NvmlLibraryTest, SaysWhyItDoesNotStart) {
    tell("fail 9 nvmlInit_v2\n");
    const auto opened = NvmlLibrary::open(library_);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(Code::unavailable, opened.error().code);
    EXPECT_EQ("NVML does not start: Driver Not Loaded (9)", opened.error().message);
}

TEST_F(NvmlLibraryTest, HasNoMoreFunctionsThanAnOlderOne) {
    const auto opened = NvmlLibrary::open(old_library_);
    ASSERT_TRUE(opened.ok());
    const nvml::Api& api = (*opened)->api();
    EXPECT_NE(nullptr, api.temperature_before);
    EXPECT_EQ(nullptr, api.temperature);
    EXPECT_EQ(nullptr, api.event_set_wait);
    nvml::EventData event{};
    EXPECT_EQ(nvml::Status::function_not_found,
              nvml::call(api.event_set_wait, nvml::EventSet{}, &event, 0U));
}

TEST_F(NvmlLibraryTest, FindsEveryFunctionInACurrentOne) {
    const auto opened = NvmlLibrary::open(library_);
    ASSERT_TRUE(opened.ok());
    const nvml::Api& api = (*opened)->api();
    for (const bool is_there : {api.init != nullptr,
                                api.shutdown != nullptr,
                                api.error_string != nullptr,
                                api.handle_by_uuid != nullptr,
                                api.handle_by_pci_bus_id != nullptr,
                                api.uuid != nullptr,
                                api.name != nullptr,
                                api.temperature != nullptr,
                                api.temperature_before != nullptr,
                                api.memory != nullptr,
                                api.memory_before != nullptr,
                                api.utilization != nullptr,
                                api.power != nullptr,
                                api.ecc_errors != nullptr,
                                api.clocks_reasons != nullptr,
                                api.clocks_reasons_before != nullptr,
                                api.event_set_create != nullptr,
                                api.event_set_free != nullptr,
                                api.event_set_wait != nullptr,
                                api.register_events != nullptr,
                                api.is_mig_device != nullptr,
                                api.parent_of_mig_device != nullptr,
                                api.gpu_instance != nullptr,
                                api.compute_instance != nullptr,
                                api.mig_mode != nullptr})
        EXPECT_TRUE(is_there);
}

}  // namespace
}  // namespace qr::cuda
