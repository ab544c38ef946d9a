#include "server/http/message.h"

#include <gtest/gtest.h>

namespace qr::http {
namespace {

TEST(Fields, ReturnsTheFirstValueOfAName) {
    Fields fields;
    fields.add("a", "1");
    fields.add("b", "2");
    fields.add("a", "3");
    EXPECT_EQ(fields.get("a"), "1");
    EXPECT_EQ(fields.get("c"), "");
    EXPECT_TRUE(fields.has("b"));
    EXPECT_FALSE(fields.has("c"));
}

TEST(Fields, RemovesEveryFieldOfAName) {
    Fields fields;
    fields.add("a", "1");
    fields.add("b", "2");
    fields.add("a", "3");
    fields.remove("a");
    ASSERT_EQ(fields.list().size(), 1);
    EXPECT_EQ(fields.list().front().name, "b");
}

TEST(Verb, IsPrintedAsOnTheWire) {
    EXPECT_EQ(to_string(Verb::get), "GET");
    EXPECT_EQ(to_string(Verb::del), "DELETE");
    EXPECT_EQ(to_string(Verb::other), "OTHER");
}

TEST(Request, HasAnEmptyBodyAtFirst) {
    EXPECT_EQ(Request().body(), "");
}

}  // namespace
}  // namespace qr::http
