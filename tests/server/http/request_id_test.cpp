#include "server/http/request_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace qr::http {
namespace {

constexpr const char* kParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(RequestId, TakesWhatIsSafeToRepeat) {
    EXPECT_TRUE(is_request_id("a"));
    EXPECT_TRUE(is_request_id("7f3a:Batch-9_x.1"));
    EXPECT_TRUE(is_request_id(std::string(128, 'a')));
}

TEST(RequestId, RefusesWhatIsEmptyLongOrStrange) {
    EXPECT_FALSE(is_request_id(""));
    EXPECT_FALSE(is_request_id(std::string(129, 'a')));
    for (const char* text : {"a b", "a/b", "a\"b", "a\nb", "a\xC3\xA9", "${jndi:x}", "<a>"})
        EXPECT_FALSE(is_request_id(text)) << text;
}

TEST(RequestId, MakesDistinctIdsOf128Bits) {
    std::set<std::string> ids;
    for (int i = 0; i < 1000; ++i)
        ids.insert(make_request_id());
    EXPECT_EQ(ids.size(), 1000);
    EXPECT_THAT(*ids.begin(), testing::MatchesRegex("[0-9a-f]{32}"));
}

TEST(RequestId, KeepsTheClientsOwnOrMakesOne) {
    Request given;
    given.fields.add("x-request-id", "mine-1");
    identify(given);
    EXPECT_EQ(given.id, "mine-1");
    Request strange;
    strange.fields.add("x-request-id", "not mine");
    identify(strange);
    EXPECT_EQ(strange.id.size(), 32);
}

TEST(Traceparent, TakesTheFormOfTheStandard) {
    EXPECT_TRUE(is_traceparent(kParent));
    EXPECT_TRUE(is_traceparent("cc" + std::string(kParent).substr(2)));
    EXPECT_TRUE(is_traceparent("cc" + std::string(kParent).substr(2) + "-what-comes-later"));
}

TEST(Traceparent, RefusesEveryDeviation) {
    const std::string good = kParent;
    EXPECT_FALSE(is_traceparent(""));
    EXPECT_FALSE(is_traceparent(good + "-x"));
    EXPECT_FALSE(is_traceparent(good.substr(0, 54)));
    EXPECT_FALSE(is_traceparent("ff" + good.substr(2)));
    EXPECT_FALSE(is_traceparent("cc" + good.substr(2) + "x"));
    EXPECT_FALSE(is_traceparent("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"));
    EXPECT_FALSE(is_traceparent("00-00000000000000000000000000000000-b7ad6b7169203331-01"));
    EXPECT_FALSE(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"));
    EXPECT_FALSE(is_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g"));
    EXPECT_FALSE(is_traceparent("00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01"));
}

TEST(Traceparent, StaysInTheRequestOnlyWhenValidAndSingle) {
    Request good;
    good.fields.add("traceparent", kParent);
    good.fields.add("tracestate", "a=b");
    identify(good);
    EXPECT_EQ(good.fields.get("traceparent"), kParent);
    EXPECT_EQ(good.fields.get("tracestate"), "a=b");

    Request twice;
    twice.fields.add("traceparent", kParent);
    twice.fields.add("traceparent", kParent);
    twice.fields.add("tracestate", "a=b");
    twice.fields.add("host", "a");
    identify(twice);
    EXPECT_FALSE(twice.fields.has("traceparent"));
    EXPECT_FALSE(twice.fields.has("tracestate"));
    EXPECT_EQ(twice.fields.get("host"), "a");
}

}  // namespace
}  // namespace qr::http
