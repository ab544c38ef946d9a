#include "host/cuda/collection/cuda_engine.h"

#include <thread>

#include "host/cuda/status.h"
#include "tests/host/cuda/collection/collection_fixture.h"

namespace qr::cuda {
namespace {

using scoring::Method;
using testing::HasSubstr;

// Rows around the first one, `spread` of a component away from it.
Matrix close_rows(Matrix rows, float spread) {
    for (std::size_t r = 1; r < rows.rows(); ++r) {
        for (std::size_t i = 0; i < rows.dimension(); ++i)
            rows.at(r, i) = rows.at(0, i) + spread * rows.at(r, i);
    }
    return rows;
}

// In the plane of two axes, ever nearer to the first or ever further.
Matrix turning_rows(std::size_t count, std::size_t dimension, bool nears) {
    Matrix rows(count, dimension);
    for (std::size_t r = 0; r < count; ++r) {
        const std::size_t step = nears ? count - r : r + 1;
        rows.at(r, 0) = 1;
        rows.at(r, 1) = static_cast<float>(step) / 16;
    }
    return rows;
}

class CudaEngineTest : public CollectionTest {};
AT_EVERY_PACE(CudaEngineTest);

TEST_P(CudaEngineTest, GivesTheReferencesHitsForEveryMethod) {
    const auto engine = make_engine(small_options());
    for (const Dtype storage : {Dtype::float32, Dtype::bfloat16}) {
        Tables tables(*engine, {.dimension = 24, .storage = storage});
        tables.append(rounded(rows(300, 24), storage));
        for (const auto& info : scoring::kMethods) {
            SCOPED_TRACE(info.name);
            for (const SearchResult& result : expect_same(tables, {rows(3, 24), 7, info.method}))
                EXPECT_LT(0, result.bound);
        }
    }
}

TEST_P(CudaEngineTest, ProvesRandomRowsAtOnceAndRescoresFew) {
    const auto engine = make_engine(small_options());
    Tables tables(*engine, {.dimension = 32});
    tables.append(rows(400, 32));
    for (const SearchResult& result : expect_same(tables, {rows(5, 32), 5})) {
        EXPECT_EQ(0U, result.retries);
        EXPECT_EQ(64U, result.rescored);
    }
}

TEST_P(CudaEngineTest, ScansOnceMoreWhereTheBoundLetsTooManyRowsPass) {
    const auto engine = make_engine(small_options());
    Tables tables(*engine, {.dimension = 16});
    tables.append(close_rows(rows(300, 16), 0x1p-18F));
    for (const SearchResult& result : expect_same(tables, {rows(2, 16), 5})) {
        EXPECT_EQ(1U, result.retries);
        EXPECT_EQ(300U, result.rescored);
    }
}

TEST_P(CudaEngineTest, AnswersWhereEveryScoreTies) {
    const auto engine = make_engine(small_options());
    Tables tables(*engine, {.dimension = 8, .storage = Dtype::float16});
    const Matrix same = close_rows(rounded(rows(3000, 8), Dtype::float16), 0);
    tables.append(rounded(same, Dtype::float16));
    const Matrix queries = rows(3, 8);
    for (const std::size_t k : {1U, 100U})  // ranges of a list's capacity, rescored in pieces
        expect_same(tables, {queries, k});
}

TEST_P(CudaEngineTest, NeedsNoRetryForRowsThatComeInTheOrderOfTheirScores) {
    const auto engine = make_engine(small_options());
    for (const bool nears : {false, true}) {
        Tables tables(*engine, {.dimension = 8});
        tables.append(turning_rows(1000, 8, nears));
        Matrix axis(1, 8);
        axis.at(0, 0) = 1;
        const auto results = expect_same(tables, {axis, 3, Method::fidelity});
        EXPECT_EQ(0U, results.at(0).retries);
    }
}

TEST_P(CudaEngineTest, CountsRowsOfTheMaskAlone) {
    const auto engine = make_engine(small_options());
    Tables tables(*engine, {.dimension = 16});
    tables.append(rows(500, 16));
    const Question question{rows(2, 16), 10};
    expect_same(tables, question, tables.mask([](Slot slot) { return slot % 10 == 3; }));
    expect_same(tables, question, tables.mask([](Slot slot) { return slot == 499; }));
    const auto none = expect_same(tables, question, {});
    EXPECT_EQ(0U, none.at(0).rescored);
}

TEST_P(CudaEngineTest, KeepsOldViewsWhileRowsComeAndGo) {
    const auto engine = make_engine(small_options());
    Tables tables(*engine, {.dimension = 16});
    tables.append(rows(100, 16));
    const RowMask before = tables.mask();
    const Question question{rows(2, 16), 10};
    const std::vector<SearchQuery> queries = queries_of(question, before);
    auto old = tables.ours().view();
    const auto expected = old->search(queries);
    ASSERT_TRUE(expected.ok());
    {
        auto oracle = tables.reference().view();
        tables.release({3, 7, 50});
        tables.append(rows(40, 16));  // their slots are new: the views know 3, 7 and 50
        expect_same(tables, question);
        const auto found = old->search(queries);
        ASSERT_TRUE(found.ok());
        for (std::size_t q = 0; q < 2; ++q)
            expect_same_hits(expected->at(q), found->at(q));
        old.reset();
    }
    tables.append(rows(5, 16));  // and now they are used again
    expect_same(tables, question);
}

TEST_P(CudaEngineTest, GivesChosenRowsAndTheirScores) {
    const auto engine = make_engine(small_options());
    Tables tables(*engine, {.dimension = 12, .storage = Dtype::bfloat16});
    const Matrix stored = rounded(rows(90, 12), Dtype::bfloat16);
    tables.append(stored);
    const Matrix queries = rows(9, 12);
    const std::vector<Slot> slots = {80, 3, 3, 41};
    for (const auto& info : scoring::kMethods) {
        const auto found = tables.ours().view()->score(queries.view(), slots, info.method);
        const auto expected = tables.reference().view()->score(queries.view(), slots, info.method);
        ASSERT_TRUE(found.ok() && expected.ok());
        EXPECT_EQ(test::bits_of(expected->values), test::bits_of(found->values)) << info.name;
    }
    std::vector<float> row(12);
    ASSERT_TRUE(tables.ours().view()->read(41, row).ok());
    EXPECT_TRUE(std::ranges::equal(stored.view().row(41), row));
}

class CudaEngineFaults : public CudaTest {
  protected:
    static std::unique_ptr<CudaEngine> make(const CollectionOptions& options) {
        auto made = CudaEngine::make(options);
        EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
        return made.ok() ? std::move(*made) : nullptr;
    }
    static std::size_t free_bytes() {
        std::size_t free = 0, total = 0;
        EXPECT_EQ(cudaSuccess, cudaMemGetInfo(&free, &total));
        return free;
    }
    static std::vector<std::uint64_t> numbers(std::size_t count) {
        return std::vector<std::uint64_t>(count, 1);
    }
};

TEST_F(CudaEngineFaults, ATableTakesWhatThePlanSays) {
    CollectionOptions options = small_options();
    options.memory_max = std::size_t{4} << 20;  // or the lists of segments would be most of it
    const auto engine = make(options);
    for (const Dtype storage : {Dtype::float32, Dtype::float16}) {
        const TableLayout layout{.dimension = 96, .storage = storage};
        const auto plan = plan_table(layout, options.segments);
        ASSERT_TRUE(plan.ok());
        const std::size_t before = free_bytes();
        const auto table = engine->make_table(layout);
        ASSERT_TRUE(table.ok());
        const Matrix some = rounded(rows(1000, 96), storage);
        ASSERT_TRUE((*table)->append({some.view(), numbers(1000)}).ok());
        const std::size_t planned = plan->bytes_for(1000);
        const auto taken = static_cast<double>(before - free_bytes());
        EXPECT_NEAR(1, taken / static_cast<double>(planned), 0.05);
        EXPECT_EQ(planned, (*table)->memory().bytes);
    }
}

TEST_F(CudaEngineFaults, RefusesRowsBeyondItsMemoryAndTakesFewer) {
    CollectionOptions options = small_options();
    options.memory_max = 40'000;
    const auto engine = make(options);
    EXPECT_EQ(40'000U, engine->capabilities().memory_max);
    const auto table = engine->make_table({.dimension = 16});
    const Matrix many = rows(2000, 16);
    const auto refused = (*table)->append({many.view(), numbers(2000)});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(Code::out_of_memory, refused.error().code);
    EXPECT_EQ("40000", refused.error().allowed);
    EXPECT_EQ(0U, (*table)->view()->slots());
    const Matrix few = rows(60, 16);
    EXPECT_TRUE((*table)->append({few.view(), numbers(60)}).ok());
}

TEST_F(CudaEngineFaults, GivesItsMemoryBackWithTheLastView) {
    const auto engine = make(small_options());
    const std::size_t before = free_bytes();
    std::shared_ptr<const TableView> view;
    {
        const auto table = engine->make_table({.dimension = 16});
        const Matrix some = rows(100, 16);
        ASSERT_TRUE((*table)->append({some.view(), numbers(100)}).ok());
        view = (*table)->view();
    }
    EXPECT_GT(before, free_bytes());
    std::vector<float> row(16);
    EXPECT_TRUE(view->read(99, row).ok());
    view.reset();
    EXPECT_EQ(before, free_bytes());
}

TEST_F(CudaEngineFaults, StaysAsItWasWhereTheDeviceHasNoMemory) {
    const auto engine = make(small_options());
    Tables tables(*engine, {.dimension = 16});
    tables.append(rows(20, 16));
    const Matrix more = rows(200, 16);
    emulation::fail_next("cudaMalloc", cudaErrorMemoryAllocation);
    const auto refused = tables.ours().append({more.view(), numbers(200)});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(Code::out_of_memory, refused.error().code);
    EXPECT_EQ(20U, tables.ours().view()->slots());
    tables.append(more);
    CollectionTest::expect_same(tables, {rows(1, 16), 5});
}

TEST_F(CudaEngineFaults, RefusesMoreSlotsThanAMaskHasBits) {
    CollectionOptions options = small_options();
    options.limits.mask_bytes = 16;
    const auto engine = make(options);
    const auto table = engine->make_table({.dimension = 2});
    const Matrix some = rows(129, 2);
    const auto refused = (*table)->append({some.view(), numbers(129)});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(Code::out_of_memory, refused.error().code);
    EXPECT_EQ("a table on a CUDA device: 129 rows, allowed: 128", refused.error().message);
    const MatrixView fewer{some.view().data, 128, 2};
    EXPECT_TRUE((*table)->append({fewer, numbers(128)}).ok());
}

TEST_F(CudaEngineFaults, NeedsADeviceWithFreeMemory) {
    CollectionOptions options = small_options();
    options.reserve_bytes = std::size_t{1} << 40;
    EXPECT_EQ(Code::out_of_memory, CudaEngine::make(options).error().code);
    options.device = 3;
    const auto none = CudaEngine::make(options);
    EXPECT_EQ(Code::unavailable, none.error().code);
    EXPECT_EQ("CUDA device 3: 1 are visible", none.error().message);
}

TEST_F(CudaEngineFaults, AMistakeThatDoesNotStickIsForgotten) {
    CollectionOptions options = small_options();
    options.limits.graphs = 0;  // step by step, or the kernels are launched once alone
    const auto engine = make(options);
    Tables tables(*engine, {.dimension = 16});
    tables.append(rows(200, 16));
    const Question question{rows(2, 16), 5};
    const auto queries = queries_of(question, tables.mask());
    for (const char* const call : {"cudaMemcpyAsync", "cudaLaunchKernelEx", "cudaEventRecord"}) {
        emulation::fail_next(call, cudaErrorInvalidValue);
        const auto failed = tables.ours().view()->search(queries);
        ASSERT_FALSE(failed.ok()) << call;
        EXPECT_EQ(Code::internal, failed.error().code);
        CollectionTest::expect_same(tables, question);
    }
}

TEST_F(CudaEngineFaults, AnErrorThatSticksEndsTheDevice) {
    const auto engine = make(small_options());
    Tables tables(*engine, {.dimension = 16});
    tables.append(rows(200, 16));
    const Question question{rows(1, 16), 5};
    emulation::fail_next("cudaEventSynchronize", cudaErrorECCUncorrectable);
    for (int round = 0; round < 2; ++round) {
        const auto failed = tables.ours().view()->search(queries_of(question, tables.mask()));
        ASSERT_FALSE(failed.ok());
        EXPECT_EQ(Code::unavailable, failed.error().code);
        EXPECT_EQ(kDeviceLost, failed.error().reason);
        EXPECT_THAT(failed.error().message, HasSubstr("cudaErrorECCUncorrectable"));
    }
    const Matrix more = rows(1, 16);
    EXPECT_EQ(Code::unavailable, tables.ours().append({more.view(), numbers(1)}).error().code);
    EXPECT_EQ(Code::unavailable, engine->make_table({.dimension = 4}).error().code);
}

TEST_F(CudaEngineFaults, AnswersManyThreadsAtOnce) {
    const auto engine = make(small_options());
    Tables tables(*engine, {.dimension = 16});
    tables.append(rows(300, 16));
    const Question question{rows(3, 16), 5};
    const auto queries = queries_of(question, tables.mask());
    const auto expected = tables.reference().view()->search(queries);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            const auto found = tables.ours().view()->search(queries);
            ASSERT_TRUE(found.ok());
            for (std::size_t q = 0; q < queries.size(); ++q)
                expect_same_hits(expected->at(q), found->at(q));
        });
    }
    for (std::thread& thread : threads)
        thread.join();
}

}  // namespace
}  // namespace qr::cuda
