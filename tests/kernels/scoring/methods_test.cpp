#include "kernels/scoring/methods.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>
#include <string_view>

namespace qr::scoring {
namespace {

constexpr double score(Method method, const InnerProducts& sums) {
    return info(method).score(sums);
}

TEST(Methods, HaveUniqueNames) {
    std::set<std::string_view> names;
    for (const MethodInfo& method : kMethods)
        names.insert(method.name);
    EXPECT_EQ(kMethods.size(), names.size());
}

TEST(Methods, AreIndexedByTheirEnumerator) {
    for (std::size_t i = 0; i < kMethods.size(); ++i) {
        EXPECT_EQ(i, static_cast<std::size_t>(kMethods[i].method));
        EXPECT_EQ(kMethods[i].name, info(kMethods[i].method).name);
    }
}

TEST(Methods, AreFoundByNameAndByNoOther) {
    for (const MethodInfo& method : kMethods) {
        ASSERT_NE(nullptr, find(method.name));
        EXPECT_EQ(method.method, find(method.name)->method);
    }
    EXPECT_EQ(nullptr, find(""));
    EXPECT_EQ(nullptr, find("Cosine"));
    EXPECT_EQ(nullptr, find("fidelity "));
}

TEST(Methods, TheDefaultIsSignedFidelity) {
    EXPECT_EQ("signed_fidelity", kMethods.front().name);
    EXPECT_EQ(Method::signed_fidelity, Method{});
}

TEST(Methods, OnlyTheClassicalOnesAreNoQuantumScores) {
    for (const MethodInfo& method : kMethods) {
        const bool is_classical = method.name == "cosine" || method.name == "dot";
        EXPECT_EQ(!is_classical, method.is_quantum) << method.name;
        EXPECT_FALSE(method.equivalent_classical.empty()) << method.name;
        EXPECT_FALSE(method.formula.empty()) << method.name;
    }
}

TEST(Methods, NameTheirFiveStages) {
    const MethodInfo& method = info(Method::signed_fidelity);
    EXPECT_EQ("amplitude", method.encode);
    EXPECT_EQ("none", method.circuit);
    EXPECT_EQ("inner_product", method.overlap);
    EXPECT_EQ("pure_state", method.reduce);
    EXPECT_EQ("signed_fidelity", method.read_out);
    EXPECT_EQ("none", info(Method::dot).encode);
}

TEST(Methods, ScoreKnownOverlaps) {
    const InnerProducts half = {.dot = 1, .query_norm2 = 1, .document_norm2 = 4};
    EXPECT_EQ(0.5, score(Method::cosine, half));
    EXPECT_EQ(0.25, score(Method::fidelity, half));
    EXPECT_EQ(0.5625, score(Method::signed_fidelity, half));
    EXPECT_NEAR(1.0 / 3.0, score(Method::bures_angle, half), 1e-15);
    EXPECT_EQ(1.0, score(Method::dot, half));
}

TEST(Methods, ReachBothEndsOfTheirRangeAndNeverPassThem) {
    for (const MethodInfo& method : kMethods) {
        for (const double dot : {-1.0, -0.3, 0.0, 0.7, 1.0, 1.0 + 0x1p-52, -1.0 - 0x1p-52}) {
            const double found = method.score({dot, 1, 1});
            EXPECT_LE(method.lowest, found) << method.name;
            EXPECT_GE(method.highest, found) << method.name;
        }
    }
    EXPECT_EQ(0.0, score(Method::signed_fidelity, {-1, 1, 1}));
    EXPECT_EQ(0.0, score(Method::bures_angle, {0, 1, 1}));
    EXPECT_EQ(1.0, score(Method::bures_angle, {-1, 1, 1}));
}

TEST(Methods, SignedFidelityRanksAsCosineAndFidelityAsItsAbsoluteValue) {
    double signed_before = -1;
    for (int step = -100; step <= 100; ++step) {
        const InnerProducts sums = {step / 100.0, 1, 1};
        EXPECT_LT(signed_before, score(Method::signed_fidelity, sums));
        signed_before = score(Method::signed_fidelity, sums);
        EXPECT_EQ(score(Method::fidelity, sums), score(Method::fidelity, {-sums.dot, 1, 1}));
    }
}

TEST(Methods, VisitHandsOverThePipelineOfEachMethod) {
    const InnerProducts sums = {0.3, 2, 5};
    for (const MethodInfo& method : kMethods) {
        const double visited =
            visit(method.method, [&](auto pipeline) { return pipeline.score(sums); });
        EXPECT_EQ(method.score(sums), visited) << method.name;
    }
}

}  // namespace
}  // namespace qr::scoring
