// Kernels that find their task in device memory: launched for more than it has, they do the same.
#include "kernels/deferred.h"

#include "kernels/rescore_stored.h"
#include "kernels/survivors.h"
#include "tests/kernels/overlap_tensor_fixture.h"
#include "tests/kernels/segmented_fixture.h"

namespace qr::device {
namespace {

class Deferred : public KernelTest {
  protected:
    template <class Task>
    struct Stored {
        Stored(const Task& task, const Task& most)
            : memory(std::vector<Task>{task}), deferred{.task = memory.data(), .most = most} {}
        const DeviceArray<Task> memory;
        const DeferredTask<Task> deferred;
    };
    // With this launcher, by value and deferred.
    template <class Launch>
    void expect_same_overlaps(Storage storage, Launch launch) {
        const StoredRows queries(random_rows(3, 40), storage), rows(random_rows(90, 40), storage);
        const auto overlaps = unwritten<float>(270), found = unwritten<float>(270);
        MatrixTask task{.queries = queries.data(),
                        .rows = rows.data(),
                        .overlaps = overlaps.data(),
                        .query_count = 3,
                        .row_count = 90,
                        .dimension = 40,
                        .storage = storage};
        EXPECT_EQ(cudaSuccess, launch(task));
        task.overlaps = found.data();
        MatrixTask most = task;
        most.query_count = 40;
        most.row_count = 700;
        const Stored stored(task, most);
        EXPECT_EQ(cudaSuccess, launch(stored.deferred));
        finish();
        EXPECT_EQ(overlaps.values(), found.values());
    }
};

TEST_P(Deferred, OverlapsAreThoseOfTheTask) {
    for (const Storage storage : {Storage::float32, Storage::float16}) {
        expect_same_overlaps(storage,
                             [&](const auto& task) { return overlap_matrix(task, stream_); });
    }
    for (const Storage storage : {Storage::float16, Storage::bfloat16}) {
        expect_same_overlaps(storage,
                             [&](const auto& task) { return overlap_tensor(task, {}, stream_); });
    }
}

TEST_P(Deferred, SurvivorsAreThoseOfTheTask) {
    const DeviceArray<float> overlaps({0.5F, -1, 0.75F, 0.25F, 1, 0});
    const DeviceArray<ScanQuery> queries({{}, {.rank = Rank::by_magnitude}});
    const DeviceArray<std::uint32_t> masks({0b111U});
    const DeviceArray<float> residuals({0.0F, 0.0F}), thresholds({0.5F, 0.5F});
    const DeviceArray<unsigned> counts({0U, 0U});
    const auto keys = unwritten<float>(8);
    const auto rows = unwritten<unsigned>(8);
    const AppendTask task{.overlaps = overlaps.data(),
                          .masks = masks.data(),
                          .mask_words = 1,
                          .queries = queries.data(),
                          .query_residuals = residuals.data(),
                          .lists = {counts.data(), thresholds.data(), keys.data(), rows.data(), 4},
                          .dimension = 8,
                          .query_count = 2,
                          .row_count = 3};
    AppendTask most = task;
    most.query_count = 5;
    most.row_count = 20'000;
    const Stored stored(task, most);
    EXPECT_EQ(cudaSuccess, append_survivors(stored.deferred, stream_));
    finish();
    EXPECT_THAT(counts.values(), testing::ElementsAre(2, 1));
    const std::vector<unsigned> found = rows.values();
    EXPECT_THAT(std::vector<unsigned>(found.begin(), found.begin() + 2),
                testing::UnorderedElementsAre(0, 2));
    EXPECT_EQ(1U, found[4]);
}

TEST_P(Deferred, RescoredRowsAreThoseOfTheTask) {
    DeviceTable table(2, 2, Storage::float32, Storage::float32);
    EXPECT_EQ(cudaSuccess, table.add(test::matrix_of({{3, 4}, {5, 6}}), {0, 1}, stream_));
    const DeviceArray<float> query({1.0F, 2.0F});
    const DeviceArray<unsigned> ids({1U, 0U});
    const auto norms2 = unwritten<double>(2), dots = unwritten<double>(2);
    const StoredRescoreTask task{.queries = query.data(),
                                 .rows = table.truth_rows().rows(),
                                 .ids = ids.data(),
                                 .row_norms2 = norms2.data(),
                                 .dots = dots.data(),
                                 .query_count = 1,
                                 .id_count = 2,
                                 .dimension = 2};
    StoredRescoreTask most = task;
    most.query_count = 30;
    const Stored stored(task, most);
    EXPECT_EQ(cudaSuccess, rescore_stored(stored.deferred, Storage::float32, stream_));
    finish();
    EXPECT_THAT(dots.values(), testing::ElementsAre(17, 11));
    EXPECT_THAT(norms2.values(), testing::ElementsAre(61, 25));
}

IN_EVERY_ORDER(Deferred);

}  // namespace
}  // namespace qr::device
