#include "kernels/rescore_stored.h"

#include <algorithm>
#include <numeric>

#include "tests/kernels/segmented_fixture.h"

namespace qr::device {
namespace {

class RescoreStored : public KernelTest {
  protected:
    struct Found {
        std::vector<double> dots, norms2;
    };
    Found rescored(const Matrix& queries, const Matrix& rows, Storage storage,
                   const std::vector<unsigned>& ids) {
        DeviceTable table(rows.rows(), rows.dimension(), storage, storage);
        std::vector<unsigned> slots(rows.rows());
        std::iota(slots.begin(), slots.end(), 0U);
        EXPECT_EQ(cudaSuccess, table.add(rows, slots, stream_));
        const DeviceArray<float> query_memory(shifted(queries, 0));
        const DeviceArray<unsigned> id_memory(ids);
        const auto norms2 = unwritten<double>(ids.size()), dots = unwritten<double>(ids.size());
        EXPECT_EQ(cudaSuccess,
                  rescore_stored({.queries = query_memory.data(),
                                  .rows = table.truth_rows().rows(),
                                  .ids = id_memory.data(),
                                  .row_norms2 = norms2.data(),
                                  .dots = dots.data(),
                                  .query_count = static_cast<unsigned>(queries.rows()),
                                  .id_count = static_cast<unsigned>(ids.size() / queries.rows()),
                                  .dimension = static_cast<unsigned>(queries.dimension())},
                                 storage, stream_));
        finish();
        return {dots.values(), norms2.values()};
    }
};

TEST_P(RescoreStored, HasTheBitsOfTheLanesForEveryStorage) {
    for (const Storage storage : {Storage::float32, Storage::float16, Storage::bfloat16}) {
        for (const std::size_t dimension : {1U, 2U, 31U, 32U, 36U, 61U, 200U}) {
            SCOPED_TRACE(dimension);
            const Matrix queries = random_rows(3, dimension);
            const Matrix rows = stored_as(random_rows(80, dimension), storage);
            std::vector<unsigned> ids;
            std::vector<double> dots, norms2;
            for (std::size_t i = 0; i < 3 * 11; ++i) {
                ids.push_back(static_cast<unsigned>(random_() % 80));
                const std::span<const float> row = rows.view().row(ids.back());
                dots.push_back(inner_product(queries.view().row(i / 11), row));
                norms2.push_back(inner_product(row, row));
            }
            const Found found = rescored(queries, rows, storage, ids);
            EXPECT_EQ(bits_of(dots), bits_of(found.dots));
            EXPECT_EQ(bits_of(norms2), bits_of(found.norms2));
        }
    }
}

TEST_P(RescoreStored, HasThemForComponentsOfAnySize) {
    const Matrix queries = extreme_rows(2, 61), rows = extreme_rows(9, 61);
    const Found found = rescored(queries, rows, Storage::float32, {0, 3, 8, 1, 1, 5});
    for (std::size_t i = 0; const unsigned id : {0U, 3U, 8U, 1U, 1U, 5U}) {
        EXPECT_EQ(inner_product(queries.view().row(i / 3), rows.view().row(id)), found.dots[i]);
        ++i;
    }
}

TEST_P(RescoreStored, GivesNoNumberWhereAListIsTooShort) {
    const Found found = rescored(test::matrix_of({{1, 2}}), test::matrix_of({{3, 4}, {5, 6}}),
                                 Storage::float32, {1, kNoId, 0});
    EXPECT_THAT(found.dots, testing::ElementsAre(17, testing::IsNan(), 11));
    EXPECT_THAT(found.norms2, testing::ElementsAre(61, testing::IsNan(), 25));
}

TEST_P(RescoreStored, HasNothingToDoForNoIdsAndRefusesTooMany) {
    EXPECT_EQ(cudaSuccess, rescore_stored({.query_count = 1}, Storage::float32, stream_));
    EXPECT_EQ(cudaErrorInvalidConfiguration,
              rescore_stored({.query_count = 1U << 20, .id_count = 1U << 16, .dimension = 8},
                             Storage::float16, stream_));
}

IN_EVERY_ORDER(RescoreStored);

}  // namespace
}  // namespace qr::device
