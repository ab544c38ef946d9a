#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

#include "tests/support/emulation/access_checker.h"
#include "tests/support/emulation/block.h"
#include "tests/support/emulation/device.h"
#include "tests/support/emulation/emulation.h"

namespace qr::emulation {
namespace {

#ifdef QR_EMULATION_ASAN
constexpr bool kSharesStatics = true;  // __shared__ is static: one block at a time
#else
constexpr bool kSharesStatics = access_checker::kIsOn;  // one shadow
#endif

std::mutex one_grid_at_a_time;

// The blocks of a grid in the order of the settings: a walk whose stride shares no factor with the
// count meets each once. A launch has fewer than 2^47 blocks here, so nothing overflows.
class BlockOrder {
  public:
    BlockOrder(std::uint64_t count, unsigned order) : count_(count) {
        if (order == 1 && count > 1) start_ = stride_ = count - 1;
        if (order > 1) {
            start_ = order % count;
            stride_ = 1 + std::uint64_t{order} * 40503 % 65536;
            while (std::gcd(stride_, count) != 1)
                ++stride_;
        }
    }
    std::uint64_t operator[](std::uint64_t step) const {
        return (start_ + step * stride_) % count_;
    }

  private:
    std::uint64_t count_;
    std::uint64_t start_ = 0;
    std::uint64_t stride_ = 1;
};

// Exactly as large as asked, so that ASan and the checker see its end; at least one byte.
class SharedMemory {
  public:
    explicit SharedMemory(std::size_t bytes) : bytes_(bytes) {
        if (posix_memalign(&memory_, 128, bytes == 0 ? 1 : bytes) != 0) std::abort();
    }
    ~SharedMemory() {
        if constexpr (access_checker::kIsOn) access_checker::forget(memory_);
        std::free(memory_);
    }
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;

    // All bits set: a NaN in every type, where a device has the last block's values.
    void* fresh() {
        std::memset(memory_, 0xFF, bytes_);
        return memory_;
    }

  private:
    void* memory_ = nullptr;
    std::size_t bytes_;
};

struct GridRun {
    const Launch& launch;
    std::uint64_t blocks;
    std::atomic<std::uint64_t> next{0};
    std::atomic<bool> has_failed{false};
};

void run_blocks(GridRun& grid) {
    const unsigned order = settings().order;
    const dim3 shape = grid.launch.grid;
    const BlockOrder sequence(grid.blocks, order);
    const Stacks stacks(std::size_t{grid.launch.block.x} * grid.launch.block.y *
                        grid.launch.block.z);
    SharedMemory shared(grid.launch.dynamic_shared_bytes);
    Block block(grid.launch, stacks, shared.fresh(), order);
    if constexpr (access_checker::kIsOn) access_checker::begin_launch(grid.launch);
    for (std::uint64_t step = grid.next++; step < grid.blocks && !grid.has_failed;
         step = grid.next++) {
        const std::uint64_t linear = sequence[step];
        const uint3 index{static_cast<unsigned>(linear % shape.x),
                          static_cast<unsigned>(linear / shape.x % shape.y),
                          static_cast<unsigned>(linear / shape.x / shape.y)};
        void* const memory = shared.fresh();
        if constexpr (access_checker::kIsOn)
            access_checker::begin_block(memory, grid.launch.dynamic_shared_bytes);
        if (!block.run(index)) grid.has_failed = true;
    }
}

}  // namespace

cudaError_t check_shape(const Launch& launch) {
    const dim3 grid = launch.grid, block = launch.block;
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7FFFFFFFU || grid.y > 65535 ||
        grid.z > 65535)
        return cudaErrorInvalidConfiguration;
    if (block.x == 0 || block.y == 0 || block.z == 0 || block.x > 1024 || block.y > 1024 ||
        block.z > 64 || std::uint64_t{block.x} * block.y * block.z > kBlockThreadsMax)
        return cudaErrorInvalidConfiguration;
    return cudaSuccess;
}

void run_grid(const Launch& launch) {
    const DeviceAccess access;
    GridRun grid{launch, std::uint64_t{launch.grid.x} * launch.grid.y * launch.grid.z};
    if constexpr (kSharesStatics) {
        const std::lock_guard lock(one_grid_at_a_time);
        run_blocks(grid);
        return;
    }
    std::vector<std::thread> workers;
    for (std::uint64_t i = 1; i < settings().workers && i < grid.blocks; ++i)
        workers.emplace_back([&grid] { run_blocks(grid); });
    run_blocks(grid);
    for (std::thread& worker : workers)
        worker.join();
}

}  // namespace qr::emulation
