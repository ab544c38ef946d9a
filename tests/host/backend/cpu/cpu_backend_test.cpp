// What is particular to the CPU backend; its scores are the contract suites' business.
#include "host/backend/cpu/cpu_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "tests/host/backend/vectors.h"

namespace qr::cpu {
namespace {

using scoring::Method;

std::mutex callers_mutex;
std::set<std::thread::id> callers;

// The scalar kernels, and a note of who called them.
void noting_inner_products(const WideRows& queries, const FloatRows& documents,
                           const SumTarget& sums) {
    {
        const std::lock_guard lock(callers_mutex);
        callers.insert(std::this_thread::get_id());
    }
    kScalarKernels.inner_products(queries, documents, sums);
}

constexpr KernelTable kNotingKernels = {InstructionSet::scalar, &noting_inner_products};

// Returns from a query's own product once two threads have come for one, or nobody comes.
void meeting_inner_products(const WideRows& queries, const FloatRows& documents,
                            const SumTarget& sums) {
    kScalarKernels.inner_products(queries, documents, sums);
    if (documents.count > 1) return;
    static std::condition_variable has_come;
    std::unique_lock lock(callers_mutex);
    callers.insert(std::this_thread::get_id());
    has_come.notify_all();
    has_come.wait_for(lock, std::chrono::seconds(30), [] { return callers.size() >= 2; });
}

constexpr KernelTable kMeetingKernels = {InstructionSet::scalar, &meeting_inner_products};

class CpuBackendTest : public testing::Test {
  protected:
    void SetUp() override { callers.clear(); }
    test::Random random_{1};
};

TEST_F(CpuBackendTest, ScoresWithTheKernelsItWasGiven) {
    CpuBackend backend("noting", kNotingKernels, 1);
    const test::Matrix x = test::random_matrix(random_, 2, 10);
    const auto scores = test::scores_of(backend, test::task_of(x, x, Method::fidelity));
    EXPECT_EQ(4U, scores.values.size());
    EXPECT_EQ(std::set{std::this_thread::get_id()}, callers);
}

TEST_F(CpuBackendTest, TellsItsNameInstructionSetAndThreads) {
    const CpuBackend backend("noting", kNotingKernels, 3);
    EXPECT_EQ("noting", backend.name());
    EXPECT_EQ("cpu", backend.capabilities().device);
    EXPECT_EQ("scalar", backend.capabilities().instruction_set);
    EXPECT_EQ(3U, backend.capabilities().threads);
}

TEST_F(CpuBackendTest, ABatchGrowsWithTheThreadsUpToWhatMemoryCanFeed) {
    const auto limit = [](std::size_t threads) {
        return CpuBackend("noting", kNotingKernels, threads).capabilities().batch_multiply_adds_max;
    };
    EXPECT_EQ(16'777'216U, limit(1));
    EXPECT_EQ(3 * 16'777'216U, limit(3));
    EXPECT_EQ(limit(16), limit(17));
}

TEST_F(CpuBackendTest, AnOrdinaryRequestStaysOnTheCallingThread) {
    CpuBackend backend("noting", kNotingKernels, 4);
    const test::Matrix query = test::random_matrix(random_, 1, 768);
    const test::Matrix documents = test::random_matrix(random_, 100, 768);
    for (int round = 0; round < 20; ++round)
        test::scores_of(backend, test::task_of(query, documents, Method::fidelity));
    EXPECT_EQ(std::set{std::this_thread::get_id()}, callers);
}

TEST_F(CpuBackendTest, ThreadsShareTheQueriesOfALargeBatch) {
    CpuBackend backend("meeting", kMeetingKernels, 2);
    const test::Matrix queries = test::random_matrix(random_, 200, 768);
    const test::Matrix documents = test::random_matrix(random_, 8, 768);
    test::scores_of(backend, test::task_of(queries, documents, Method::cosine));
    EXPECT_EQ(2U, callers.size());
}

// Asked whether it is still wanted, it keeps its tile waiting until it is let go.
class HoldingClaim final : public Claim {
  public:
    bool is_dropped() const noexcept override {
        is_asked_.store(true);
        is_asked_.notify_all();
        is_let_go_.wait(false);
        return false;
    }
    void await_question() const { is_asked_.wait(false); }
    void let_go() {
        is_let_go_.store(true);
        is_let_go_.notify_all();
    }

  private:
    mutable std::atomic<bool> is_asked_ = false;
    std::atomic<bool> is_let_go_ = false;
};

TEST_F(CpuBackendTest, ASmallBatchDoesNotWaitForALargeOneUnderWay) {
    CpuBackend backend("cpu", kScalarKernels, 2);
    const test::Matrix query = test::random_matrix(random_, 1, 768);
    const test::Matrix documents = test::random_matrix(random_, 2000, 768);
    const auto claim = std::make_shared<HoldingClaim>();
    ScoreTask held = test::task_of(query, documents, Method::cosine);
    held.claim = claim;
    std::thread large([&] { test::scores_of(backend, held); });
    claim->await_question();
    const auto scores = test::scores_of(backend, test::task_of(query, query, Method::fidelity));
    EXPECT_EQ(std::vector{1.0}, scores.values);
    claim->let_go();
    large.join();
}

TEST_F(CpuBackendTest, ABatchBeyondTheLimitOfWorkingMemoryIsOutOfMemory) {
    CpuBackend backend("cpu", kScalarKernels, 1);
    const float component = 1;
    // The backend must fail before it reads a row: there is only one component behind this view.
    const MatrixView queries = {&component, std::size_t{1} << 50, 65536};
    const MatrixView documents = {&component, 1, 65536};
    const auto scores = backend.score(ScoreBatch{{{queries, documents, Method::dot}}});
    ASSERT_FALSE(scores.ok());
    EXPECT_EQ(Code::out_of_memory, scores.error().code);
    EXPECT_THAT(scores.error().message, testing::HasSubstr("4096 MiB"));
}

TEST_F(CpuBackendTest, ServesOnAfterABatchThatDidNotFit) {
    CpuBackend backend("cpu", kScalarKernels, 1);
    const test::Matrix x = test::random_matrix(random_, 1, 768);
    const MatrixView endless = {x.view().data, std::size_t{1} << 50, 768};
    EXPECT_FALSE(backend.score(ScoreBatch{{{endless, x.view(), Method::dot}}}).ok());
    const auto scores = test::scores_of(backend, test::task_of(x, x, Method::fidelity));
    EXPECT_EQ(std::vector{1.0}, scores.values);
}

TEST_F(CpuBackendTest, GrowsAndShrinksItsScratchMemoryBetweenBatches) {
    CpuBackend backend("cpu", kScalarKernels, 2);
    const test::Matrix small = test::random_matrix(random_, 1, 8);
    const test::Matrix large = test::random_matrix(random_, 200, 16384);  // 25 MiB as doubles
    const test::Matrix one = test::random_matrix(random_, 1, 16384);
    const auto before = test::scores_of(backend, test::task_of(small, small, Method::cosine));
    EXPECT_EQ(200U,
              test::scores_of(backend, test::task_of(large, one, Method::cosine)).values.size());
    const auto after = test::scores_of(backend, test::task_of(small, small, Method::cosine));
    EXPECT_EQ(before.values, after.values);
}

TEST_F(CpuBackendTest, ATaskWithoutDocumentsIsABugOfTheCaller) {
    CpuBackend backend("cpu", kScalarKernels, 1);
    const test::Matrix x = test::random_matrix(random_, 1, 4);
    const MatrixView none = {nullptr, 0, 4};
    EXPECT_DEATH(static_cast<void>(backend.score(ScoreBatch{{{x.view(), none, Method::dot}}})),
                 "documents.rows >= 1");
}

}  // namespace
}  // namespace qr::cpu
