#include "host/base/error.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace qr {
namespace {

TEST(Result, HoldsAValueOrAnError) {
    const Result<int> value = 7;
    ASSERT_TRUE(value.ok());
    EXPECT_EQ(7, *value);
    const Result<int> failed = Error{.code = Code::invalid, .message = "port: found x"};
    ASSERT_FALSE(failed);
    EXPECT_EQ(Code::invalid, failed.error().code);
    EXPECT_EQ("port: found x", failed.error().message);
}

TEST(Result, GivesAwayAValueThatCannotBeCopied) {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
    const std::unique_ptr<int> value = *std::move(result);
    EXPECT_EQ(7, *value);
}

TEST(Result, OfVoidIsSuccessUntilAnErrorIsGiven) {
    EXPECT_TRUE(Result<void>().ok());
    const Result<void> failed = Error{.code = Code::overloaded};
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(Code::overloaded, failed.error().code);
}

TEST(ResultDeathTest, AbortsWhenTheWrongSideIsTaken) {
    const Result<int> failed = Error{};
    EXPECT_DEATH(static_cast<void>(failed.value()), "bug: .*error.h.*check failed: ok\\(\\)");
    const Result<int> value = 7;
    EXPECT_DEATH(static_cast<void>(value.error()), "check failed: !ok\\(\\)");
}

TEST(Code, HasAWordOfItsOwnForEachValue) {
    EXPECT_EQ("malformed", to_string(Code::malformed));
    EXPECT_EQ("out_of_memory", to_string(Code::out_of_memory));
    std::set<std::string_view> words;
    for (int i = 0; i <= static_cast<int>(Code::out_of_memory); ++i)
        EXPECT_TRUE(words.insert(to_string(static_cast<Code>(i))).second) << i;
    EXPECT_EQ(18U, words.size());
}

}  // namespace
}  // namespace qr
