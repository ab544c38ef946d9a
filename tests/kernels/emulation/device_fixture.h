// A stream, device memory filled from the host, and what the emulation had to say.
#pragma once

#include <cuda_runtime.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/emulation/emulation.h"

namespace qr::emulation {

template <class T>
class DeviceArray {
  public:
    explicit DeviceArray(const std::vector<T>& values) : size_(values.size()) {
        EXPECT_EQ(cudaSuccess, cudaMalloc(&data_, size_ * sizeof(T)));
        EXPECT_EQ(cudaSuccess,
                  cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice));
    }
    ~DeviceArray() {
        reset(settings());  // after a report, memory could not be given back
        cudaFree(data_);
    }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;

    T* data() const { return data_; }
    std::vector<T> values() const {
        std::vector<T> values(size_);
        EXPECT_EQ(cudaSuccess,
                  cudaMemcpy(values.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost));
        return values;
    }

  private:
    T* data_ = nullptr;
    std::size_t size_;
};

class DeviceTest : public testing::Test {
  protected:
    DeviceTest() {
        reset();
        EXPECT_EQ(cudaSuccess, cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
    }
    ~DeviceTest() override {
        reset();
        EXPECT_EQ(cudaSuccess, cudaStreamDestroy(stream_));
        EXPECT_EQ(0U, live_objects());
    }

    cudaStream_t stream_ = nullptr;
};

// "mistakes.cu:31" for the line that carries `// mistake: <name>`.
inline std::string place_of_mistake(const std::string& name) {
    const std::string root = std::getenv("QR_SOURCE_DIR");
    std::ifstream source(root + "/tests/kernels/emulation/samples/mistakes.cu");
    std::string text;
    for (int line = 1; std::getline(source, text); ++line) {
        if (text.ends_with("// mistake: " + name)) return "mistakes.cu:" + std::to_string(line);
    }
    ADD_FAILURE() << "no line of mistakes.cu carries 'mistake: " << name << "'";
    return "no such line";
}

}  // namespace qr::emulation
