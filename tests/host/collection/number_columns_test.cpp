#include "host/collection/number_columns.h"

#include <gtest/gtest.h>

#include <cmath>

namespace qr {
namespace {

TEST(NumberColumns, HoldNothingWhereARowHasNone) {
    NumberColumns columns;
    columns.set(5000, {{"price", 2.5}});
    ASSERT_NE(columns.find("price"), nullptr);
    EXPECT_EQ(columns.find("price")->at(5000).value, 2.5);
    EXPECT_TRUE(std::isnan(columns.find("price")->at(5001).value));
    EXPECT_TRUE(std::isnan(columns.find("price")->at(1'000'000).value));
    EXPECT_EQ(columns.find("price")->page(0), nullptr);
    EXPECT_FALSE(columns.has("year"));
}

TEST(NumberColumns, ForgetWhatTheRowBeforeHad) {
    NumberColumns columns;
    columns.set(0, {{"price", 2.5}, {"year", 1999}});
    columns.set(0, {{"year", 2000}});
    EXPECT_TRUE(std::isnan(columns.find("price")->at(0).value));
    EXPECT_EQ(columns.find("year")->at(0).value, 2000);
    columns.copy(0, 7);
    EXPECT_EQ(columns.find("year")->at(7).value, 2000);
    EXPECT_EQ(columns.names(), 2U);
}

}  // namespace
}  // namespace qr
