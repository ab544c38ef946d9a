// Searches by graphs: each gives the reference's hits, and that a graph gave them is counted.
#include "tests/host/cuda/collection/collection_fixture.h"

namespace qr::cuda {
namespace {

using scoring::Method;

class GraphSearch : public CollectionTest {
  protected:
    // One lane, so that every search finds the graphs of those before it.
    static CollectionOptions one_lane() {
        CollectionOptions options = small_options();
        options.lanes = 1;
        return options;
    }
    // What the engine counted since the last call.
    GraphCounts counted(const CudaEngine& engine) {
        const GraphCounts now = engine.graph_counts(), before = std::exchange(before_, now);
        return {.captured = now.captured - before.captured,
                .launched = now.launched - before.launched,
                .enqueued = now.enqueued - before.enqueued,
                .refused = now.refused - before.refused};
    }
    // Searches until the form has a graph.
    void warm_up(const CudaEngine& engine, Tables& tables, const Question& question) {
        for (int round = 0; round < 2; ++round)
            expect_same(tables, question);
        const GraphCounts counts = counted(engine);
        EXPECT_EQ(1U, counts.captured);
        EXPECT_EQ(1U, counts.enqueued);
    }
    void expect_replayed(const CudaEngine& engine, std::uint64_t searches) {
        const GraphCounts counts = counted(engine);
        EXPECT_EQ(0U, counts.captured);
        EXPECT_EQ(searches, counts.launched);
        EXPECT_EQ(0U, counts.enqueued);
        EXPECT_EQ(0U, counts.refused);
    }

  private:
    GraphCounts before_;
};
AT_EVERY_PACE(GraphSearch);

TEST_P(GraphSearch, ReplaysOneGraphForQueriesOfABucketWhateverTheyAsk) {
    const auto engine = make_engine(one_lane());
    Tables tables(*engine, {.dimension = 16});
    tables.append(rows(200, 16));
    warm_up(*engine, tables, {rows(3, 16), 10});
    for (const std::size_t queries : {2U, 8U, 5U})
        expect_same(tables, {rows(queries, 16), 3 + queries, Method::cosine});
    expect_same(tables, {rows(4, 16), 10}, tables.mask([](Slot slot) { return slot % 7 == 2; }));
    expect_replayed(*engine, 4);
}

TEST_P(GraphSearch, HasAGraphForEveryFormOfASearch) {
    const auto engine = make_engine(one_lane());
    for (const Dtype storage : {Dtype::float32, Dtype::float16, Dtype::bfloat16}) {
        for (const std::size_t dimension : {8U, 9U}) {  // by tensor cores, and by the plain kernel
            Tables tables(*engine, {.dimension = dimension, .storage = storage});
            tables.append(rounded(rows(75, dimension), storage));
            for (const Method method : {Method::cosine, Method::fidelity, Method::dot}) {
                for (int round = 0; round < 2; ++round)
                    expect_same(tables, {rows(2, dimension), 5, method});
            }
            const GraphCounts counts = counted(*engine);
            EXPECT_LE(2U, counts.captured);  // rows of 16 bits have lengths for every method
            EXPECT_EQ(6U, counts.launched + counts.enqueued);
        }
    }
}

TEST_P(GraphSearch, IsRightWhenRowsAndSegmentsAreAdded) {
    const auto engine = make_engine(one_lane());
    Tables tables(*engine, {.dimension = 16});
    tables.append(rows(40, 16));
    const Question question{rows(2, 16), 10};
    warm_up(*engine, tables, question);
    tables.append(rows(20, 16));  // into the segment that there is
    expect_same(tables, question);
    expect_replayed(*engine, 1);
    tables.append(rows(100, 16));  // and into new ones
    warm_up(*engine, tables, question);
    expect_same(tables, question);
    expect_replayed(*engine, 1);
}

TEST_P(GraphSearch, IsRightWhenRowsAreReleasedAndTheirSlotsTakenAgain) {
    const auto engine = make_engine(one_lane());
    Tables tables(*engine, {.dimension = 16});
    tables.append(rows(120, 16));
    const Question question{rows(2, 16), 10};
    warm_up(*engine, tables, question);
    std::vector<Slot> most(90);
    std::iota(most.begin(), most.end(), 5U);
    tables.release(most);
    expect_same(tables, question);
    tables.append(rows(70, 16));  // in the slots that were released
    expect_same(tables, question);
    EXPECT_EQ(120U, tables.ours().view()->slots());
    expect_replayed(*engine, 2);
}

TEST_P(GraphSearch, SharesAGraphBetweenTablesOfALayout) {
    const auto engine = make_engine(one_lane());
    const TableLayout layout{.dimension = 16};
    Tables tables(*engine, layout), others(*engine, layout);
    tables.append(rows(100, 16));
    others.append(rows(110, 16));
    const Question question{rows(2, 16), 10};
    warm_up(*engine, tables, question);
    expect_same(others, question);
    expect_same(tables, question);
    expect_replayed(*engine, 2);
}

TEST_P(GraphSearch, IsProvenByScansOfTheirOwnWhereItsGraphProvesNothing) {
    const auto engine = make_engine(one_lane());
    Tables tables(*engine, {.dimension = 16});
    Matrix close = rows(300, 16);
    for (std::size_t r = 1; r < close.rows(); ++r) {
        for (std::size_t i = 0; i < 16; ++i)
            close.at(r, i) = close.at(0, i) + 0x1p-18F * close.at(r, i);
    }
    tables.append(close);
    const Question question{rows(2, 16), 5};
    warm_up(*engine, tables, question);
    for (const SearchResult& result : expect_same(tables, question)) {
        EXPECT_EQ(1U, result.retries);
        EXPECT_EQ(300U, result.rescored);
    }
    expect_replayed(*engine, 1);
}

TEST_P(GraphSearch, GoesStepByStepOverMoreTilesThanAGraphHas) {
    CollectionOptions options = one_lane();
    options.limits.tile_overlaps = 256;
    const auto engine = make_engine(options);
    Tables tables(*engine, {.dimension = 8});
    tables.append(rows(32 * (kGraphTilesMax + 2), 8));
    const Question question{rows(5, 8), 5};  // 256 / 8 rows a tile
    for (int round = 0; round < 2; ++round)
        expect_same(tables, question);
    const GraphCounts counts = counted(*engine);
    EXPECT_EQ(0U, counts.launched + counts.enqueued);
}

TEST_P(GraphSearch, GivesUpNothingButSpeedWhereACaptureFails) {
    const auto engine = make_engine(one_lane());
    Tables tables(*engine, {.dimension = 16});
    tables.append(rows(100, 16));
    const Question question{rows(2, 16), 10};
    expect_same(tables, question);
    emulation::fail_next("cudaGraphInstantiate", cudaErrorMemoryAllocation);
    expect_same(tables, question);
    expect_same(tables, question);
    const GraphCounts counts = counted(*engine);
    EXPECT_EQ(1U, counts.refused);
    EXPECT_EQ(3U, counts.enqueued);
}

// Decision 20 has these figures.
TEST_P(GraphSearch, TakesFourCallsWhereStepsTakeThreeATileAndElevenMore) {
    const auto calls_of_a_search = [&](std::size_t graphs) {
        CollectionOptions options = one_lane();
        options.limits.graphs = graphs;
        const auto engine = make_engine(options);
        Tables tables(*engine, {.dimension = 16});
        tables.append(rows(256, 16));  // 32, 32, 64 and 128 rows a segment: four tiles
        const Question question{rows(2, 16), 10};
        for (int round = 0; round < 2; ++round)
            expect_same(tables, question);
        const std::vector<SearchQuery> queries = queries_of(question, tables.mask());
        const auto view = tables.ours().view();
        emulation::take_calls();
        EXPECT_TRUE(view->search(queries).ok());
        return emulation::take_calls();
    };
    auto steps = calls_of_a_search(0), graph = calls_of_a_search(8);
    EXPECT_EQ(15U, steps["cudaLaunchKernelEx"]);
    EXPECT_EQ(6U, steps["cudaMemcpyAsync"]);
    EXPECT_EQ(0U, steps["cudaGraphLaunch"]);
    EXPECT_EQ(0U, graph["cudaLaunchKernelEx"]);
    EXPECT_EQ(1U, graph["cudaMemcpyAsync"]);  // the masks
    EXPECT_EQ(1U, graph["cudaGraphLaunch"]);
    for (auto* const calls : {&steps, &graph}) {
        EXPECT_EQ(1U, (*calls)["cudaEventRecord"]);
        EXPECT_EQ(1U, (*calls)["cudaEventSynchronize"]);
    }
}

}  // namespace
}  // namespace qr::cuda
