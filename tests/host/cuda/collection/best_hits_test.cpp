#include "host/cuda/collection/best_hits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace qr::cuda {
namespace {

using scoring::InnerProducts;
using scoring::Method;

InnerProducts unit(double overlap) {
    return {.dot = overlap, .query_norm2 = 1, .document_norm2 = 1};
}

TEST(BestHits, AreByScoreThenByNumber) {
    BestHits best(3, Method::cosine);
    best.offer(5, 20, unit(0.5));
    best.offer(6, 10, unit(0.5));
    best.offer(7, 30, unit(0.75));
    best.offer(8, 5, unit(0.25));
    const std::vector<Hit> expected = {{7, 30, 0.75}, {6, 10, 0.5}, {5, 20, 0.5}};
    EXPECT_EQ(expected, std::move(best).take());
}

TEST(BestHits, HaveNoBarWhileTheyAreFewerThanWanted) {
    BestHits best(2, Method::cosine);
    best.offer(0, 0, unit(0.5));
    EXPECT_EQ(-std::numeric_limits<double>::infinity(), best.bar());
    best.offer(1, 1, unit(-0.5));
    EXPECT_EQ(-0.5, best.bar());
    best.offer(2, 2, unit(0.75));
    EXPECT_EQ(0.5, best.bar());
}

TEST(BestHits, HaveTheirBarInTheTermsOfTheScan) {
    BestHits magnitude(1, Method::fidelity), dot(1, Method::dot);
    magnitude.offer(0, 0, unit(-0.75));
    EXPECT_EQ(0.75, magnitude.bar());
    dot.offer(0, 0, {.dot = -6, .query_norm2 = 4, .document_norm2 = 100});
    EXPECT_EQ(-3, dot.bar());
}

TEST(BestHits, AreTheSameHoweverManyWereOffered) {
    BestHits best(2, Method::signed_fidelity);
    for (std::uint32_t i = 0; i < 5000; ++i)
        best.offer(i, 5000 - i, unit(i % 7 == 3 ? 0.5 : 0.25));
    const auto hits = std::move(best).take();
    ASSERT_EQ(2U, hits.size());
    EXPECT_EQ(4994U, hits[0].slot);  // the last of those of the best score has the least number
    EXPECT_EQ(4987U, hits[1].slot);
    EXPECT_EQ(0.5625, hits[0].score);
}

}  // namespace
}  // namespace qr::cuda
