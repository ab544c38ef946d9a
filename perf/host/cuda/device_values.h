// Memory of the device for one benchmark, and its way to the host.
#pragma once

#include <cuda_runtime_api.h>

#include <vector>

#include "perf/host/cuda/measure.h"

namespace qr::perf {

template <class T>
class DeviceValues {
  public:
    explicit DeviceValues(std::size_t count) : count_(count) {
        void* memory = nullptr;
        require(cudaMalloc(&memory, count * sizeof(T)),
                "cudaMalloc of " + std::to_string(count * sizeof(T)) + " bytes");
        data_ = static_cast<T*>(memory);
    }
    explicit DeviceValues(const std::vector<T>& values) : DeviceValues(values.size()) {
        require(cudaMemcpy(data_, values.data(), count_ * sizeof(T), cudaMemcpyHostToDevice),
                "a copy to the device");
    }
    ~DeviceValues() { cudaFree(data_); }
    DeviceValues(const DeviceValues&) = delete;
    DeviceValues& operator=(const DeviceValues&) = delete;

    T* data() const { return data_; }
    std::size_t size() const { return count_; }
    std::size_t bytes() const { return count_ * sizeof(T); }

    // Waits for nothing: what wrote them must have been waited for.
    std::vector<T> values(std::size_t first, std::size_t count) const {
        std::vector<T> values(count);
        require(cudaMemcpy(values.data(), data_ + first, count * sizeof(T), cudaMemcpyDeviceToHost),
                "a copy from the device");
        return values;
    }
    std::vector<T> values() const { return values(0, count_); }

  private:
    T* data_ = nullptr;
    std::size_t count_;
};

}  // namespace qr::perf
