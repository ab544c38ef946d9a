#include "tests/kernels/rescore_fixture.h"

namespace qr::device {
namespace {

class Rescore : public RescoreTest {};

TEST_P(Rescore, GivesDotsAndNormsOfTheListedRows) {
    const Rescored found = rescored(test::matrix_of({{1, 2}, {0, -3}}),
                                    test::matrix_of({{3, 4}, {-1, 0}, {0.5F, 0.5F}}), {2, 0, 1, 1});
    EXPECT_THAT(found.dots, testing::ElementsAre(1.5, 11, 0, 0));
    EXPECT_THAT(found.row_norms2, testing::ElementsAre(0.5, 25, 1, 1));
    EXPECT_THAT(found.query_norms2, testing::ElementsAre(5, 9));
}

TEST_P(Rescore, HasTheBitsOfTheLanesInAnyDimension) {
    for (const std::size_t dimension : {1U, 2U, 31U, 32U, 33U, 100U, 384U, 1000U})
        expect_the_sums(random_rows(3, dimension), random_rows(20, dimension), 7);
}

TEST_P(Rescore, HasTheBitsOfTheLanesForComponentsOfAnySize) {
    expect_the_sums(extreme_rows(2, 96), extreme_rows(9, 96), 5);
    expect_the_sums(extreme_rows(2, 61), extreme_rows(9, 61), 5);
}

TEST_P(Rescore, TakesRowsThatStartAnywhereAndListsOfAnyLength) {
    for (const std::size_t id_count : {1U, 2U, 15U, 16U, 33U})
        expect_the_sums(random_rows(3, 36), random_rows(40, 36), id_count, id_count % 4);
}

TEST_P(Rescore, GivesNoNumberForAnIdThatIsNoRow) {
    const Rescored found =
        rescored(test::matrix_of({{1, 2}}), test::matrix_of({{3, 4}, {5, 6}}), {1, 2, ~0U, 0});
    EXPECT_THAT(found.dots, testing::ElementsAre(17, testing::IsNan(), testing::IsNan(), 11));
    EXPECT_THAT(found.row_norms2, testing::ElementsAre(61, testing::IsNan(), testing::IsNan(), 25));
    EXPECT_THAT(found.query_norms2, testing::ElementsAre(5));
}

TEST_P(Rescore, OfNoIdsGivesTheQueriesNorms) {
    const auto norms2 = unwritten<double>(1);
    const DeviceArray<float> query({3, 4});
    EXPECT_EQ(cudaSuccess, rescore({.queries = query.data(),
                                    .query_norms2 = norms2.data(),
                                    .query_count = 1,
                                    .dimension = 2},
                                   stream_));
    finish();
    EXPECT_THAT(norms2.values(), testing::ElementsAre(25));
    EXPECT_EQ(cudaSuccess, rescore({}, stream_));
}

TEST_P(Rescore, RefusesMoreBlocksThanAGridMayHave) {
    EXPECT_EQ(cudaErrorInvalidConfiguration,
              rescore({.query_count = 1U << 20, .id_count = 1U << 16, .dimension = 8}, stream_));
}

IN_EVERY_ORDER(Rescore);

}  // namespace
}  // namespace qr::device
