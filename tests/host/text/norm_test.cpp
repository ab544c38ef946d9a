#include "host/text/norm.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <vector>

namespace qr {
namespace {

constexpr std::size_t kDimensions[] = {1, 7, 8, 9, 15, 16, 256, 300};

std::vector<float> make_vector(std::size_t dimension) {
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    std::vector<float> vector(dimension);
    for (float& number : vector)
        number = normal(random);
    return vector;
}

TEST(Norm, AddsSquares) {
    EXPECT_EQ(0.0, squared_norm(best_instruction_set(), {}));
    EXPECT_EQ(285.0, squared_norm(best_instruction_set(),
                                  std::vector<float>{1, -2, 3, -4, 5, -6, 7, -8, 9}));
}

TEST(Norm, ScalesEachNumber) {
    std::vector<float> vector = {1, -2, 3, -4, 5, -6, 7, -8, 9};
    scale(best_instruction_set(), vector, 0.5);
    EXPECT_EQ((std::vector<float>{0.5, -1, 1.5, -2, 2.5, -3, 3.5, -4, 4.5}), vector);
}

TEST(Norm, HasTheSameBitsOnEveryInstructionSet) {
    for (const std::size_t dimension : kDimensions) {
        const std::vector<float> vector = make_vector(dimension);
        std::vector<float> expected = vector;
        scale(InstructionSet::scalar, expected, 1.0 / 3);
        for (const auto set : {InstructionSet::avx2, InstructionSet::avx512}) {
            if (!is_supported(set)) continue;
            EXPECT_EQ(std::bit_cast<std::uint64_t>(squared_norm(InstructionSet::scalar, vector)),
                      std::bit_cast<std::uint64_t>(squared_norm(set, vector)))
                << dimension;
            std::vector<float> found = vector;
            scale(set, found, 1.0 / 3);
            EXPECT_EQ(expected, found) << dimension;
        }
    }
}

}  // namespace
}  // namespace qr
