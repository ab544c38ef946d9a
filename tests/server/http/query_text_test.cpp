#include "server/http/query_text.h"

#include <gtest/gtest.h>

namespace qr::http {
namespace {

TEST(QueryText, UndoesPercentEncoding) {
    EXPECT_EQ(percent_decoded("a%20b%2Fc"), "a b/c");
    EXPECT_EQ(percent_decoded("%C3%a4"), "ä");
    EXPECT_EQ(percent_decoded("a+b"), "a+b");
    EXPECT_EQ(percent_decoded(""), "");
}

TEST(QueryText, RefusesWhatIsNoEncoding) {
    EXPECT_FALSE(percent_decoded("%"));
    EXPECT_FALSE(percent_decoded("%2"));
    EXPECT_FALSE(percent_decoded("%2g"));
    EXPECT_FALSE(percent_decoded("%-1"));
}

TEST(QueryText, FindsParametersByTheirWholeName) {
    constexpr std::string_view kQuery = "limit=10&limits=2&empty&page=a%20b&limit=3";
    EXPECT_EQ(query_parameter(kQuery, "limit"), "10");
    EXPECT_EQ(query_parameter(kQuery, "limits"), "2");
    EXPECT_EQ(query_parameter(kQuery, "empty"), "");
    EXPECT_EQ(query_parameter(kQuery, "page"), "a%20b");
    EXPECT_FALSE(query_parameter(kQuery, "lim"));
    EXPECT_FALSE(query_parameter("", "limit"));
}

}  // namespace
}  // namespace qr::http
