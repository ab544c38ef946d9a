#include "server/handlers/methods.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace qr {
namespace {

TEST(Methods, ListsEveryMethodWithItsStagesAndItsClassicalControl) {
    const auto methods = nlohmann::json::parse(print_methods()).at("methods");
    ASSERT_EQ(methods.size(), 5u);
    const auto& first = methods.at(0);
    EXPECT_EQ(first.at("name"), "signed_fidelity");
    EXPECT_EQ(first.at("is_default"), true);
    EXPECT_EQ(first.at("family"), "quantum");
    EXPECT_EQ(first.at("formula"), "((1 + c)/2)^2");
    EXPECT_EQ(first.at("equivalent_classical"), "cosine: the same ranking");
    EXPECT_EQ(first.at("stages").dump(),
              R"({"circuit":"none","encode":"amplitude","overlap":"inner_product",)"
              R"("read_out":"signed_fidelity","reduce":"pure_state"})");
}

TEST(Methods, AnUnboundedRangeIsNull) {
    const auto methods = nlohmann::json::parse(print_methods()).at("methods");
    EXPECT_EQ(methods.at(4).at("name"), "dot");
    EXPECT_EQ(methods.at(4).at("range").dump(), R"({"highest":null,"lowest":null})");
    EXPECT_EQ(methods.at(3).at("range").dump(), R"({"highest":1,"lowest":-1})");
}

}  // namespace
}  // namespace qr
