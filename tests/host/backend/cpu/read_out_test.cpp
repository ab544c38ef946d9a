#include "host/backend/cpu/read_out.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

#include "tests/host/backend/vectors.h"

namespace qr::cpu {
namespace {

TEST(ReadOut, ScoresKnownInnerProducts) {
    const std::vector<double> norms2 = {4, 9, 1};
    std::vector<double> values = {2, -3, 0};
    read_out(scoring::Method::cosine, 1.0, norms2, values);
    EXPECT_EQ((std::vector{1.0, -1.0, 0.0}), values);
    values = {2, -3, 0};
    read_out(scoring::Method::signed_fidelity, 1.0, norms2, values);
    EXPECT_EQ((std::vector{1.0, 0.0, 0.25}), values);
    values = {2, -3, 0};
    read_out(scoring::Method::dot, 1.0, norms2, values);
    EXPECT_EQ((std::vector{2.0, -3.0, 0.0}), values);
}

TEST(ReadOut, GivesTheBitsOfTheMethodsOwnScoreForAnyNumberOfPairs) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    test::Random random(seed);
    std::uniform_real_distribution<double> norm(0.001, 1000.0);
    std::uniform_real_distribution<double> dot(-2000.0, 2000.0);  // some beyond the clamp
    for (std::size_t count = 0; count < 70; ++count) {
        const double query_norm2 = norm(random);
        std::vector<double> norms2(count);
        std::vector<double> dots(count);
        for (std::size_t i = 0; i < count; ++i) {
            norms2[i] = norm(random);
            dots[i] = dot(random);
        }
        for (const auto& method : scoring::kMethods) {
            std::vector<double> expected;
            for (std::size_t i = 0; i < count; ++i)
                expected.push_back(method.score({dots[i], query_norm2, norms2[i]}));
            std::vector<double> values = dots;
            read_out(method.method, query_norm2, norms2, values);
            EXPECT_EQ(test::bits_of(expected), test::bits_of(values)) << method.name;
        }
    }
}

}  // namespace
}  // namespace qr::cpu
