#include "host/collection/keys_behind.h"

#include <gtest/gtest.h>

#include <set>

#include "host/collection/records.h"

namespace qr {
namespace {

// The numbers that walking every prefix finds among those given.
std::vector<std::uint64_t> found(const std::set<std::uint64_t>& numbers,
                                 std::optional<std::uint64_t> after, std::uint64_t end) {
    std::vector<std::uint64_t> walked;
    KeysBehind range(document_prefix(1), after, end);
    while (range.next()) {
        for (const std::uint64_t number : numbers) {
            if (document_key(1, number).starts_with(range.prefix())) walked.push_back(number);
        }
    }
    return walked;
}

TEST(KeysBehind, LeadToEveryGreaterNumberOnceAndInOrder) {
    const std::set<std::uint64_t> numbers = {0,   1,   254,   255,   256,       257,
                                             511, 512, 65535, 65536, 0x1000000, 1ULL << 40};
    for (const std::uint64_t after : {0ULL, 1ULL, 100ULL, 255ULL, 256ULL, 65535ULL, 0xFFFFFFULL}) {
        const std::vector<std::uint64_t> expected(numbers.upper_bound(after), numbers.end());
        EXPECT_EQ(found(numbers, after, (1ULL << 40) + 1), expected) << after;
    }
    EXPECT_EQ(found(numbers, std::nullopt, 1ULL << 41).size(), numbers.size());
}

TEST(KeysBehind, EndWhereNumbersDo) {
    EXPECT_EQ(found({5}, 5, 6), (std::vector<std::uint64_t>{}));
    KeysBehind behind_the_last(document_prefix(1), 999, 1000);
    EXPECT_FALSE(behind_the_last.next());
    KeysBehind of_none(document_prefix(1), std::nullopt, 0);
    EXPECT_FALSE(of_none.next());
    EXPECT_EQ(found({~0ULL}, ~0ULL - 1, ~0ULL).size(), 0U);  // the end is exclusive
}

}  // namespace
}  // namespace qr
