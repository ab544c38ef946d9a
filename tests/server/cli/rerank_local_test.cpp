#include "server/cli/rerank_local.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

namespace qr::cli {
namespace {

constexpr std::string_view kRequest = R"({"query": [1, 0], "method": "cosine", "documents": [
    {"vector": [0, 1], "text": "across"}, {"vector": [2, 0], "text": "along"}]})";

nlohmann::json answer_to(const LocalRerank& job, const Config& config = {}) {
    const auto answer = rerank_local(job, config);
    return answer ? nlohmann::json::parse(*answer) : nlohmann::json(answer.error().message);
}

TEST(RerankLocal, RanksWithoutAServer) {
    const auto answer = answer_to({.request = kRequest});
    ASSERT_TRUE(answer.is_object()) << answer;
    EXPECT_EQ("cosine", answer.at("method"));
    EXPECT_EQ(1, answer.at("results").at(0).at("index"));
    EXPECT_EQ(1.0, answer.at("results").at(0).at("relevance_score"));
    EXPECT_EQ(0.0, answer.at("results").at(1).at("relevance_score"));
    EXPECT_FALSE(answer.at("results").at(0).contains("document"));
}

TEST(RerankLocal, ShowsTextsWhenToldTo) {
    const auto answer = answer_to({.request = kRequest, .texts = Texts::always});
    EXPECT_EQ("along", answer.at("results").at(0).at("document").at("text"));
}

TEST(RerankLocal, UsesTheBackendOfTheConfiguration) {
    Config config;
    config.backend = "reference";
    EXPECT_EQ("reference", answer_to({.request = kRequest}, config).at("backend"));
}

TEST(RerankLocal, ReadsTensorsBehindTheJson) {
    const std::string head = R"({"query": {"dtype": "float32", "shape": [2]}, "method": "dot", )"
                             R"("documents": {"dtype": "float32", "shape": [2, 2]}})";
    constexpr std::array<float, 6> kNumbers = {1, 2, 3, 4, 5, 6};
    std::string request = head;
    request.append(reinterpret_cast<const char*>(kNumbers.data()), sizeof(kNumbers));
    const auto answer = answer_to({.request = request, .header_length = head.size()});
    ASSERT_TRUE(answer.is_object()) << answer;
    EXPECT_EQ(17.0, answer.at("results").at(0).at("relevance_score"));
    EXPECT_EQ(11.0, answer.at("results").at(1).at("relevance_score"));
}

TEST(RerankLocal, HoldsTheLimitsOfTheConfiguration) {
    Config config;
    config.max_client_batch_size = 1;
    const auto answer = rerank_local({.request = kRequest}, config);
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(Code::invalid, answer.error().code);
}

TEST(RerankLocal, NamesABadVector) {
    const auto answer =
        rerank_local({.request = R"({"query": [1, 0], "documents": [[1, 0], [0, 0]]})"}, {});
    ASSERT_FALSE(answer.ok());
    EXPECT_EQ(Code::invalid, answer.error().code);
    EXPECT_EQ(0U, answer.error().pointer.find("/documents/1")) << answer.error().pointer;
}

}  // namespace
}  // namespace qr::cli
