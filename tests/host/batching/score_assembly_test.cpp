#include "host/batching/score_assembly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qr {
namespace {

using testing::ElementsAre;

TaskScores document_fault(std::size_t row, std::size_t component = 0) {
    return {.fault =
                RowFault{RowFault::Side::document, RowFault::Kind::not_finite, row, component}};
}

TEST(ScoreAssembly, MovesWhatCameInOnePiece) {
    ScoreAssembly assembly(1, 3);
    std::vector<double> values{1, 2, 3};
    const double* const there = values.data();
    EXPECT_TRUE(assembly.add(0, 3, {.values = std::move(values)}));
    const auto result = assembly.finish();
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(there, result->values.data());
}

TEST(ScoreAssembly, LaysSlicesOfAnyOrderSideBySideForEachQuery) {
    ScoreAssembly assembly(2, 5);
    assembly.add(3, 2, {.values = {13, 14, 23, 24}});
    assembly.add(0, 1, {.values = {10, 20}});
    assembly.add(1, 2, {.values = {11, 12, 21, 22}});
    EXPECT_THAT(assembly.finish()->values, ElementsAre(10, 11, 12, 13, 14, 20, 21, 22, 23, 24));
}

TEST(ScoreAssembly, NamesTheFirstBadDocumentOfTheWholeJobWhicheverSliceCameFirst) {
    ScoreAssembly assembly(1, 30);
    EXPECT_FALSE(assembly.add(20, 10, document_fault(1)));
    EXPECT_FALSE(assembly.add(10, 10, document_fault(7, 4)));
    assembly.add(0, 10, {.values = std::vector<double>(10)});
    const auto result = assembly.finish();
    EXPECT_EQ(document_fault(17, 4).fault, result->fault);
    EXPECT_TRUE(result->values.empty());
}

TEST(ScoreAssembly, ABadQueryComesBeforeAnyDocument) {
    const RowFault query{RowFault::Side::query, RowFault::Kind::zero_vector, 3, 0};
    ScoreAssembly assembly(4, 20);
    assembly.add(0, 10, document_fault(0));
    assembly.add(10, 10, {.fault = query});
    assembly.add(10, 10, document_fault(5));
    EXPECT_EQ(query, assembly.finish()->fault);
}

TEST(ScoreAssembly, ASliceLeftOutUnaskedIsTheBackendsBug) {
    ScoreAssembly assembly(1, 2);
    EXPECT_FALSE(assembly.add(0, 1, {.is_dropped = true}));
    EXPECT_EQ(Code::internal, assembly.finish().error().code);
}

TEST(ScoreAssemblyDeathTest, ScoresOfAnotherShapeAreABug) {
    ScoreAssembly assembly(2, 2);
    EXPECT_DEATH(assembly.add(0, 2, {.values = {1, 2, 3}}), "values.size");
}

}  // namespace
}  // namespace qr
