#include "server/app/scoring_part.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "tests/support/faulty_backend.h"

namespace qr {
namespace {

using test::Fault;
using test::FaultyBackend;

constexpr std::string_view kDevice = "stand-in-device";
std::atomic<std::size_t> looks{0};  // at the fault, since the device was made
std::atomic<std::size_t> looks_until_fault{SIZE_MAX};

// A CPU that passes for a device, and refuses from some look on.
Result<std::unique_ptr<FidelityBackend>> make_device(const BackendOptions& options) {
    Result<std::unique_ptr<FidelityBackend>> cpu = make_backend("cpu", options);
    if (!cpu.ok()) return cpu;
    looks = 0;
    const auto fault = [] {
        const bool is_well = ++looks <= looks_until_fault;
        return Fault{.kind = is_well ? Fault::Kind::none : Fault::Kind::unavailable};
    };
    return std::unique_ptr<FidelityBackend>(
        std::make_unique<FaultyBackend>(std::move(*cpu), FaultyBackend::Options{.fault = fault}));
}

std::vector<BackendEntry> with_device() {
    std::vector<BackendEntry> entries = {{kDevice, "", &make_device}};
    entries.insert(entries.end(), backends().begin(), backends().end());
    return entries;
}

class MakeCheckedBackend : public testing::Test {
  protected:
    MakeCheckedBackend() { looks_until_fault = SIZE_MAX; }

    CheckedBackend make(std::string_view name, std::span<const BackendEntry> entries) {
        Config config;
        config.backend = name;
        config.backend_timeout = std::chrono::hours(1);
        config.backend_threads = 1;
        Result<CheckedBackend> made = make_checked_backend(config, entries, clock_, nullptr);
        EXPECT_TRUE(made.ok());
        return made.ok() ? std::move(*made) : CheckedBackend{};
    }

    const SteadyClock clock_{};
    const std::vector<BackendEntry> entries_ = with_device();
};

TEST_F(MakeCheckedBackend, AloneTheCpuIsNeitherGuardedNorRouted) {
    const CheckedBackend checked = make("cpu", backends());
    EXPECT_EQ("cpu", checked.backend->name());
    EXPECT_EQ(nullptr, checked.failover);
    EXPECT_EQ(nullptr, checked.routed);
    EXPECT_EQ("", checked.remark);
}

TEST_F(MakeCheckedBackend, ADeviceThatAutoCannotHaveIsRemarkedOn) {
    std::vector<BackendEntry> entries = {
        {"absent-device", "", [](const BackendOptions&) {
             return Result<std::unique_ptr<FidelityBackend>>(
                 Error{.code = Code::unavailable, .message = "no driver"});
         }}};
    entries.insert(entries.end(), backends().begin(), backends().end());
    const CheckedBackend checked = make("auto", entries);
    EXPECT_EQ(nullptr, checked.routed);
    EXPECT_EQ("absent-device: no driver", checked.remark);
}

TEST_F(MakeCheckedBackend, ADeviceThatAutoFindsSharesWithTheCpu) {
    const CheckedBackend checked = make("auto", entries_);
    ASSERT_NE(nullptr, checked.routed);
    EXPECT_EQ(checked.routed, checked.backend);
    EXPECT_EQ(kDevice, checked.backend->name());
    EXPECT_EQ("cpu", checked.failover->secondary()->name());
    for (const RoutedSide& side : checked.routed->status())
        EXPECT_GT(side.costs.multiply_add, 0);
}

TEST_F(MakeCheckedBackend, ADeviceThatIsForcedGetsEveryBatch) {
    const CheckedBackend checked = make(kDevice, entries_);
    EXPECT_EQ(nullptr, checked.routed);
    EXPECT_EQ(checked.failover, checked.backend);
    EXPECT_EQ("", checked.remark);
}

TEST_F(MakeCheckedBackend, ADeviceThatFailsWhileItIsMeasuredIsNotRouted) {
    ASSERT_TRUE(self_test(**make_device({.threads = 1})).ok());
    looks_until_fault = looks + 4;
    const CheckedBackend checked = make("auto", entries_);
    EXPECT_EQ(nullptr, checked.routed);
    EXPECT_EQ(checked.failover, checked.backend);
    EXPECT_EQ(PrimaryState::lost, checked.failover->state());
    EXPECT_EQ("backend 'stand-in-device' cannot be measured: 'cpu' answers in its place",
              checked.remark);
}

}  // namespace
}  // namespace qr
