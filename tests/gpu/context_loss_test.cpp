// The loss of a context, by a kernel that faults: in a child process, since nothing on the device
// answers a process again after it.
#include <cstdio>
#include <cstdlib>

#include "host/backend/failover_backend.h"
#include "tests/gpu/backend_fixture.h"
#include "tests/gpu/fault.h"

namespace qr::gpu {
namespace {

using scoring::Method;

// Ends the child with a status that is not zero, and says which expectation did not hold.
void demand(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", what);
    std::exit(1);
}

void lose_the_context() {
    cudaStream_t stream = nullptr;
    demand(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking) == cudaSuccess, "a stream");
    const cudaError_t launched = fault(stream), waited = cudaStreamSynchronize(stream);
    demand(launched != cudaSuccess || waited != cudaSuccess, "the kernel faults");
}

struct Vectors {
    test::Random random{7};
    test::Matrix queries = test::random_matrix(random, 3, 100);
    test::Matrix documents = test::random_matrix(random, 40, 100);
    ScoreBatch batch() const {
        return {{test::task_of(queries, documents, Method::signed_fidelity)}};
    }
};

bool is_unavailable(FidelityBackend& backend, const ScoreBatch& batch) {
    const auto scores = backend.score(batch);
    return !scores.ok() && scores.error().code == Code::unavailable;
}

void the_backend_is_unavailable_for_good() {
    const Vectors vectors;
    const auto made = make_backend();
    demand(made.ok(), "a backend");
    FidelityBackend& backend = **made;
    demand(backend.score(vectors.batch()).ok(), "scores before the loss");
    lose_the_context();
    for (int i = 0; i < 3; ++i)
        demand(is_unavailable(backend, vectors.batch()), "unavailable after the loss");
    const DeviceReport device = backend.devices().at(0);
    demand(device.is_lost, "the device is told as lost");
    demand(!device.error.empty(), "and why");
}

void the_failover_goes_on_with_the_same_bits() {
    const Vectors vectors;
    const SteadyClock clock;
    auto primary = make_backend();
    demand(primary.ok(), "a backend");
    const auto made = FailoverBackend::make(*std::move(primary), test::make("cpu", 1), clock,
                                            {.timeout = std::chrono::minutes(1)});
    demand(made.ok(), "a failover");
    const auto bits = [&] {
        const auto scores = (*made)->score(vectors.batch());
        demand(scores.ok(), "scores");
        return test::bits_of(scores->tasks.front().values);
    };
    const auto before = bits();
    demand((*made)->status().state == PrimaryState::serving, "the device serves before the loss");
    lose_the_context();
    demand(bits() == before, "the same bits when the device is lost");
    demand(bits() == before, "the same bits behind it");
    demand((*made)->status().state == PrimaryState::lost, "the device is taken for lost");
}

// Back in order, through every destructor and exit handler.
template <class Story>
void tell(const Story& story) {
    story();
    std::exit(0);
}

class ContextLoss : public OnDevice {
  protected:
    void SetUp() override {
        OnDevice::SetUp();
        GTEST_FLAG_SET(death_test_style, "threadsafe");  // the child is a new process, not a fork
    }
};

TEST_F(ContextLoss, LeavesABackendThatSaysUnavailableAndAProcessThatEndsInOrder) {
    EXPECT_EXIT(tell(the_backend_is_unavailable_for_good), testing::ExitedWithCode(0), "");
}

TEST_F(ContextLoss, HandsBatchesToTheCpuWithTheSameBits) {
    EXPECT_EXIT(tell(the_failover_goes_on_with_the_same_bits), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace qr::gpu
