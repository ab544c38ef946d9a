#include "host/cuda/slot.h"

#include <cstring>

#include "host/cuda/device.h"
#include "host/cuda/status.h"
#include "tests/host/cuda/cuda_fixture.h"

namespace qr::cuda {
namespace {

using scoring::Method;
using testing::HasSubstr;

// Some pieces: 1,500 documents of dimension 250.
constexpr ChunkLimits kMediumSlots = {.vector_bytes = std::size_t{2} << 20,
                                      .pairs = 8192,
                                      .rows = 4096,
                                      .tasks = 64,
                                      .multiply_adds = std::size_t{1} << 24};

std::unique_ptr<Slot> make_slot(std::span<const std::byte> page_locked = {}) {
    auto made = Slot::make(kMediumSlots, page_locked);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? std::move(*made) : nullptr;
}

// A batch of one method that fits the slot: its tasks as they are.
Result<void> start(Slot& slot, const ScoreBatch& batch, BatchResults& results) {
    const BatchPlan plan = plan_batch(batch, kMediumSlots);
    EXPECT_EQ(1U, plan.chunks.size());
    return slot.start(batch, plan.chunks.at(0).method, plan.parts, results);
}

Scores scores_of(Slot& slot, const ScoreBatch& batch) {
    BatchResults results(batch);
    EXPECT_TRUE(start(slot, batch, results).ok());
    EXPECT_TRUE(slot.finish(results).ok());
    return std::move(results).finish();
}

class SlotTest : public PacedCudaTest {
  protected:
    ScoreBatch small(Method method) const {
        return {{test::task_of(query_, few_, method), test::task_of(queries_, few_, method)}};
    }
    ScoreBatch large() const { return {{test::task_of(query_, many_, Method::cosine)}}; }

    const Matrix query_ = rows(1, 250), queries_ = rows(5, 250);
    const Matrix few_ = rows(20, 250), many_ = rows(1'500, 250);
};
AT_EVERY_PACE(SlotTest);

TEST_P(SlotTest, ASmallChunkGetsTheReferencesBitsByCallsAndByGraphs) {
    const auto slot = make_slot();
    for (const Launching launching : {Launching::direct, Launching::graph}) {
        ASSERT_TRUE(slot->set_launching(launching).ok());
        for (const auto& info : scoring::kMethods)
            expect_same(expected(small(info.method)), scores_of(*slot, small(info.method)));
    }
}

TEST_P(SlotTest, AChunkOfManyPiecesGetsTheReferencesBits) {
    const auto slot = make_slot();
    expect_same(expected(large()), scores_of(*slot, large()));
    expect_same(expected(small(Method::dot)), scores_of(*slot, small(Method::dot)));
}

TEST_P(SlotTest, BadRowsOfEachTaskAreFound) {
    Matrix bad = few_;
    bad.at(7, 3) = HUGE_VALF;
    ScoreBatch batch = small(Method::fidelity);
    batch.tasks.push_back(test::task_of(query_, bad, Method::fidelity));
    batch.tasks.push_back(test::task_of(bad, few_, Method::fidelity));
    const auto slot = make_slot();
    for (const Launching launching : {Launching::direct, Launching::graph}) {
        ASSERT_TRUE(slot->set_launching(launching).ok());
        expect_same(expected(batch), scores_of(*slot, batch));
    }
}

TEST_P(SlotTest, AGraphServesEveryBucketUpToItsEdge) {
    const auto slot = make_slot();
    ASSERT_TRUE(slot->set_launching(Launching::graph).ok());
    for (const std::size_t documents : {29U, 30U, 31U, 120U, 128U, 380U, 392U, 393U, 500U}) {
        const Matrix some = rows(documents, 250);
        const ScoreBatch batch{{test::task_of(query_, some, Method::signed_fidelity)}};
        expect_same(expected(batch), scores_of(*slot, batch));
    }
    for (const std::size_t queries : {168U, 170U, 172U, 338U, 342U, 680U, 684U}) {  // many blocks
        const Matrix some = rows(queries, 3), one = rows(1, 3);
        const ScoreBatch batch{{test::task_of(some, one, Method::cosine)}};
        expect_same(expected(batch), scores_of(*slot, batch));
    }
    const Matrix tiny = rows(1, 3);
    for (const std::size_t tasks : {8U, 9U, 16U, 17U, 32U, 33U}) {
        const ScoreBatch batch{{tasks, test::task_of(tiny, tiny, Method::dot)}};
        expect_same(expected(batch), scores_of(*slot, batch));
    }
}

TEST_P(SlotTest, VectorsInPageLockedMemoryGetTheSameBits) {
    Result<PinnedMemory> memory = make_pinned_memory(std::size_t{2} << 20);
    ASSERT_TRUE(memory.ok());
    const MatrixView from = many_.view();
    std::memcpy(memory->data() + 4, from.data, from.rows * from.dimension * sizeof(float));
    ScoreBatch batch = large();
    batch.tasks[0].documents.data = reinterpret_cast<const float*>(memory->data() + 4);
    const auto slot = make_slot({memory->data(), memory->bytes()});
    for (const Launching launching : {Launching::direct, Launching::graph}) {
        ASSERT_TRUE(slot->set_launching(launching).ok());
        expect_same(expected(batch), scores_of(*slot, batch));
    }
}

class SlotCalls : public CudaTest {
  protected:
    const Matrix query_ = rows(1, 250), few_ = rows(20, 250), many_ = rows(1'500, 250);
    const ScoreBatch small_{{test::task_of(query_, few_, Method::cosine)}};
    const ScoreBatch large_{{test::task_of(query_, many_, Method::cosine)}};
};

TEST_F(SlotCalls, OnlyASmallChunkTravelsByAGraph) {
    const auto slot = make_slot();
    ASSERT_TRUE(slot->set_launching(Launching::graph).ok());
    emulation::fail_next("cudaGraphLaunch", cudaErrorInvalidValue);
    expect_same(expected(large_), scores_of(*slot, large_));
    BatchResults results(small_);
    const Result<void> started = start(*slot, small_, results);
    ASSERT_FALSE(started.ok());
    EXPECT_THAT(started.error().message, HasSubstr("cudaGraphLaunch"));
    slot->drain();
    expect_same(expected(small_), scores_of(*slot, small_));
}

TEST_F(SlotCalls, AGraphIsTheOnlyLaunch) {
    const auto slot = make_slot();
    ASSERT_TRUE(slot->set_launching(Launching::graph).ok());
    for (const char* call : {"cudaMemcpyAsync", "cudaLaunchKernelEx"})
        emulation::fail_next(call, cudaErrorInvalidValue);
    expect_same(expected(small_), scores_of(*slot, small_));
}

// Work that runs only when it is waited for shows where a copy reads.
TEST_F(SlotCalls, PageLockedVectorsAreCopiedFromWhereTheyLie) {
    use({"on_wait", 0, Progress::kOnWait}, 1);
    Result<PinnedMemory> memory = make_pinned_memory(std::size_t{1} << 16);
    ASSERT_TRUE(memory.ok());
    auto* const floats = reinterpret_cast<float*>(memory->data());
    std::fill_n(floats, 16 * 1024, 1.0F);
    const Matrix query = test::matrix_of({std::vector<float>(1024, 1.0F)});
    ScoreBatch batch{{test::task_of(query, query, Method::dot)}};
    batch.tasks[0].documents = {floats, 16, 1024};
    const auto slot = make_slot({memory->data(), memory->bytes()});
    BatchResults results(batch);
    ASSERT_TRUE(start(*slot, batch, results).ok());
    floats[5 * 1024] = 2.0F;
    ASSERT_TRUE(slot->finish(results).ok());
    const Scores scores = std::move(results).finish();
    EXPECT_EQ(1024, scores.tasks[0].values[4]);
    EXPECT_EQ(1025, scores.tasks[0].values[5]);
}

TEST_F(SlotCalls, AChunkThatNobodyWantsAnyMoreIsNotComputed) {
    const auto slot = make_slot();
    emulation::fail_next("cudaLaunchKernelEx", cudaErrorInvalidValue);
    for (const int dropped_from : {0, 1, 2}) {
        ScoreBatch batch = large_;
        const auto claim = std::make_shared<CountedClaim>(dropped_from);
        batch.tasks[0].claim = claim;
        EXPECT_TRUE(scores_of(*slot, batch).tasks.at(0).is_dropped);
        EXPECT_EQ(dropped_from + 1, claim->questions());
    }
    emulation::reset(emulation::settings());
    expect_same(expected(large_), scores_of(*slot, large_));
}

TEST_F(SlotCalls, ATaskThatIsDroppedWhileItIsFilledDisturbsNoNeighbour) {
    ScoreBatch batch{{test::task_of(query_, many_, Method::cosine), small_.tasks[0]}};
    batch.tasks[0].claim = std::make_shared<CountedClaim>(2);
    const auto slot = make_slot();
    const Scores scores = scores_of(*slot, batch);
    EXPECT_TRUE(scores.tasks.at(0).is_dropped);
    EXPECT_EQ(test::bits_of(expected(small_).tasks[0].values),
              test::bits_of(scores.tasks.at(1).values));
}

TEST_F(SlotCalls, EachThatFailsIsNamedAndTheSlotServesOn) {
    const auto slot = make_slot();
    for (const char* call :
         {"cudaMemcpyAsync", "cudaLaunchKernelEx", "cudaEventRecord", "cudaEventSynchronize"}) {
        emulation::fail_next(call, cudaErrorInvalidValue);
        BatchResults results(large_);
        Result<void> failed = start(*slot, large_, results);
        if (failed.ok()) failed = slot->finish(results);
        ASSERT_FALSE(failed.ok()) << call;
        EXPECT_EQ(Code::internal, failed.error().code) << call;
        const bool is_a_kernel = std::string_view(call) == "cudaLaunchKernelEx";
        EXPECT_THAT(failed.error().message, HasSubstr(is_a_kernel ? "overlap" : call));
        slot->drain();
        expect_same(expected(large_), scores_of(*slot, large_));
    }
}

TEST_F(SlotCalls, AFailedCaptureIsNamedAndLeavesTheStreamUsable) {
    const auto slot = make_slot();
    for (const char* call : {"cudaStreamBeginCapture", "cudaMemcpyAsync", "cudaLaunchKernelEx",
                             "cudaGraphInstantiate"}) {
        emulation::fail_next(call, cudaErrorInvalidValue);
        EXPECT_EQ(Code::internal, slot->set_launching(Launching::graph).error().code) << call;
        ASSERT_TRUE(slot->set_launching(Launching::direct).ok());
        expect_same(expected(small_), scores_of(*slot, small_));
    }
}

TEST_F(SlotCalls, AFailedMakingLeavesNothingBehind) {
    const std::size_t before = emulation::live_objects();
    for (const char* call :
         {"cudaHostAlloc", "cudaMalloc", "cudaEventCreateWithFlags", "cudaStreamCreateWithFlags"}) {
        emulation::fail_next(call, cudaErrorMemoryAllocation);
        const auto made = Slot::make(kMediumSlots, {});
        ASSERT_FALSE(made.ok());
        EXPECT_EQ(Code::out_of_memory, made.error().code);
        EXPECT_THAT(made.error().message, HasSubstr(call));
        EXPECT_EQ(before, emulation::live_objects());
    }
}

TEST_F(SlotCalls, ASlotThatGoesWaitsForItsWork) {
    use({"on_wait", 0, Progress::kOnWait}, 1);
    BatchResults results(large_);
    {
        const auto slot = make_slot();
        ASSERT_TRUE(start(*slot, large_, results).ok());
    }
    EXPECT_THAT(emulation::take_reports(), testing::IsEmpty());
}

}  // namespace
}  // namespace qr::cuda
