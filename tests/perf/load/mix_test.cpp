#include "perf/load/mix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace qr::load {
namespace {

using testing::ElementsAre;

std::vector<Request> three() {
    return {{.name = "a", .weight = 6}, {.name = "b", .weight = 3}, {.name = "c", .weight = 1}};
}

std::array<int, 3> counts_of(Mix mix, int draws) {
    std::array<int, 3> counts{};
    for (int i = 0; i < draws; ++i)
        ++counts.at(mix.draw().request);
    return counts;
}

TEST(Mix, DrawsByWeightTheSameForASeed) {
    // 6000, 3000 and 1000, with standard deviations of 49, 46 and 30; each seed has its own.
    EXPECT_THAT(counts_of(Mix(three(), 1), 10'000), ElementsAre(6019, 3014, 967));
    EXPECT_THAT(counts_of(Mix(three(), 1), 10'000), ElementsAre(6019, 3014, 967));
    EXPECT_THAT(counts_of(Mix(three(), 2), 10'000), ElementsAre(5957, 3074, 969));
}

TEST(Mix, SendsTheBodiesOfEachRequestInTurns) {
    std::vector<Request> requests = three();
    requests[0].bodies = {"0", "1", "2"};
    requests[1].bodies = {"0", "1"};
    Mix mix(requests, 5);
    std::array<std::vector<std::size_t>, 3> bodies;
    for (int i = 0; i < 200; ++i) {
        const Mix::Draw draw = mix.draw();
        bodies.at(draw.request).push_back(draw.body);
    }
    for (std::size_t i = 0; i < bodies[0].size(); ++i)
        EXPECT_EQ(i % 3, bodies[0][i]);
    for (std::size_t i = 0; i < bodies[1].size(); ++i)
        EXPECT_EQ(i % 2, bodies[1][i]);
    EXPECT_GT(bodies[2].size(), 0u);
    EXPECT_EQ(std::vector<std::size_t>(bodies[2].size(), 0), bodies[2]);
}

TEST(Mix, DrawsTheOnlyRequestAlways) {
    Mix mix({{.name = "a", .bodies = {"0", "1"}}}, 1);
    for (const std::size_t body : {0u, 1u, 0u}) {
        const Mix::Draw draw = mix.draw();
        EXPECT_EQ(0u, draw.request);
        EXPECT_EQ(body, draw.body);
    }
}

}  // namespace
}  // namespace qr::load
