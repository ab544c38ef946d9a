// Device memory: planned at the start, told truly, and refused in words where it is not there.
#include "tests/gpu/backend_fixture.h"

namespace qr::gpu {
namespace {

// What a device gives away beside what is asked of it: whole pages, graphs, its own tables.
constexpr std::size_t kSlackBytes = std::size_t{64} << 20;
constexpr std::size_t kPageBytes = std::size_t{2} << 20;

std::size_t free_bytes() {
    std::size_t free = 0, total = 0;
    EXPECT_EQ(cudaSuccess, cudaMemGetInfo(&free, &total));
    return free;
}

// Holds all of the device's memory but some.
class Hoarder {
  public:
    explicit Hoarder(std::size_t left_bytes) {
        std::size_t piece = free_bytes();
        while (piece >= kPageBytes) {
            void* memory = nullptr;
            if (free_bytes() < left_bytes + piece || cudaMalloc(&memory, piece) != cudaSuccess) {
                cudaGetLastError();
                piece /= 2;
            } else {
                pieces_.push_back(memory);
            }
        }
    }
    ~Hoarder() {
        for (void* const piece : pieces_)
            EXPECT_EQ(cudaSuccess, cudaFree(piece));
    }
    Hoarder(const Hoarder&) = delete;
    Hoarder& operator=(const Hoarder&) = delete;

  private:
    std::vector<void*> pieces_;
};

class DeviceMemoryOf : public OnDevice {
  protected:
    // Makes a backend and scores once, so that the context and every kernel are loaded.
    void SetUp() override {
        OnDevice::SetUp();
        if (IsSkipped()) return;
        const auto backend = made();
        ASSERT_NE(nullptr, backend);
        planned_bytes_ = backend->devices().at(0).planned_bytes;
        score(*backend);
    }
    void score(FidelityBackend& backend) {
        for (const auto& method : scoring::kMethods) {
            const test::Matrix queries = test::random_matrix(random_, 3, 768);
            const test::Matrix documents = test::random_matrix(random_, 50, 768);
            test::scores_of(backend, test::task_of(queries, documents, method.method));
        }
    }
    std::size_t planned_bytes_ = 0;
};

TEST_F(DeviceMemoryOf, ABackendIsWhatItSaysItPlanned) {
    EXPECT_GT(planned_bytes_, 0U);
    const std::size_t before = free_bytes();
    const auto backend = made();
    ASSERT_NE(nullptr, backend);
    const std::size_t after = free_bytes();
    ASSERT_GE(before, after);
    EXPECT_GE(before - after + kPageBytes, planned_bytes_);
    EXPECT_LE(before - after, planned_bytes_ + kSlackBytes);
}

TEST_F(DeviceMemoryOf, ABackendDoesNotGrowWithTheRequests) {
    const auto backend = made();
    ASSERT_NE(nullptr, backend);
    score(*backend);
    const std::size_t before = free_bytes();
    for (int round = 0; round < 5; ++round)
        score(*backend);
    EXPECT_EQ(before, free_bytes());
}

TEST_F(DeviceMemoryOf, ABackendComesBackWhenItIsGone) {
    const std::size_t before = free_bytes();
    for (int round = 0; round < 3; ++round)
        ASSERT_NE(nullptr, made());
    EXPECT_LE(before, free_bytes() + kPageBytes);
}

TEST_F(DeviceMemoryOf, AFullDeviceIsRefusedInWordsAndUsedOnceThereIsRoom) {
    {
        const Hoarder hoarder(planned_bytes_ / 2);
        const auto refused = make_backend();
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(Code::out_of_memory, refused.error().code);
        EXPECT_THAT(refused.error().message, testing::HasSubstr("asked for"));
    }
    const auto backend = made();
    ASSERT_NE(nullptr, backend);
    score(*backend);
}

}  // namespace
}  // namespace qr::gpu
