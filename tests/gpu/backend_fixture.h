// A CUDA backend on the device, real or emulated, and the CPU's scores to compare with.
#pragma once

#include <cuda_runtime_api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "host/cuda/cuda_backend.h"
#include "tests/gpu/device.h"
#include "tests/host/backend/vectors.h"

namespace qr::gpu {

inline Result<std::unique_ptr<FidelityBackend>> make_backend() {
    return cuda::make_cuda_backend({.staging_bytes = std::size_t{1} << 20});
}

class OnDevice : public testing::Test {
  protected:
    void SetUp() override {
        if (devices().count == 0) GTEST_SKIP() << devices().reason;
    }
    static std::unique_ptr<FidelityBackend> made() {
        auto backend = make_backend();
        EXPECT_TRUE(backend.ok()) << backend.error().message;
        return backend.ok() ? *std::move(backend) : nullptr;
    }

    const unsigned seed_ = std::random_device{}();
    test::Random random_{seed_};
    const testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(seed_)};
};

}  // namespace qr::gpu
