// Lanes of a device under load from many threads: the bits of every answer stay those of the CPU.
#include <cstdlib>
#include <thread>

#include "tests/gpu/backend_fixture.h"

namespace qr::gpu {
namespace {

using scoring::Method;

constexpr std::size_t kThreads = 8;    // more than a device has lanes
constexpr int kRoundsOnADevice = 400;  // of each thread: some seconds

// QR_GPU_ROUNDS: fewer where every thread of a kernel is emulated.
int rounds() {
    const char* const text = std::getenv("QR_GPU_ROUNDS");
    return text == nullptr ? kRoundsOnADevice : std::atoi(text);
}

struct Known {
    test::Matrix queries, documents;
    Method method;
    std::vector<std::uint64_t> bits;  // by the CPU

    ScoreTask task() const { return test::task_of(queries, documents, method); }
};

class Lanes : public OnDevice {
  protected:
    std::vector<Known> known_tasks() {
        const auto cpu = test::make("cpu", 1);
        std::vector<Known> all;
        for (const auto& [queries, documents, dimension] : {std::array<std::size_t, 3>{1, 10, 768},
                                                            {1, 100, 100},
                                                            {3, 33, 31},
                                                            {9, 40, 64},
                                                            {2, 5, 4096},
                                                            {40, 40, 7}}) {
            for (const Method method : {Method::signed_fidelity, Method::bures_angle}) {
                all.push_back({test::random_matrix(random_, queries, dimension),
                               test::random_matrix(random_, documents, dimension),
                               method,
                               {}});
                all.back().bits = test::bits_of(test::scores_of(*cpu, all.back().task()).values);
            }
        }
        return all;
    }
};

TEST_F(Lanes, GiveTheBitsOfTheCpuToManyThreadsAtOnce) {
    const std::vector<Known> known = known_tasks();
    const auto backend = made();
    ASSERT_NE(nullptr, backend);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            for (int round = 0; round < rounds() && !HasFailure(); ++round) {
                const std::size_t first = (t * 5 + static_cast<std::size_t>(round)) % known.size();
                const Known &one = known[first], &other = known[(first + t + 1) % known.size()];
                const Scores scores =
                    test::scores_of(*backend, ScoreBatch{{one.task(), other.task()}});
                ASSERT_EQ(2U, scores.tasks.size());
                EXPECT_EQ(one.bits, test::bits_of(scores.tasks[0].values));
                EXPECT_EQ(other.bits, test::bits_of(scores.tasks[1].values));
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(kThreads * static_cast<std::size_t>(rounds()), backend->devices().at(0).batches);
}

TEST_F(Lanes, BelongToBackendsThatComeAndGo) {
    const Known known = known_tasks().front();
    for (int round = 0; round < 3; ++round) {
        const auto backend = made(), other = made();
        ASSERT_NE(nullptr, backend);
        ASSERT_NE(nullptr, other);
        EXPECT_EQ(known.bits, test::bits_of(test::scores_of(*backend, known.task()).values));
        EXPECT_EQ(known.bits, test::bits_of(test::scores_of(*other, known.task()).values));
    }
}

}  // namespace
}  // namespace qr::gpu
