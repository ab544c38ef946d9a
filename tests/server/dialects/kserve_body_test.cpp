#include "server/dialects/kserve_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kserve_payloads.h"

namespace qr::kserve {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

RerankRequest accepted(const std::string& parameters) {
    auto parsed = parse(with(R"(,"parameters":)" + parameters));
    EXPECT_TRUE(parsed.ok()) << parsed.error().message;
    return *std::move(parsed);
}

TEST(KserveBody, TakesTheMethodAndHowManyAreWanted) {
    EXPECT_EQ(accepted(R"({"method":"cosine"})").method, scoring::Method::cosine);
    EXPECT_EQ(accepted("{}").method, scoring::Method::signed_fidelity);
    EXPECT_EQ(accepted(R"({"top_n":3})").top_n, 3U);
    EXPECT_EQ(accepted(R"({"top_k":4})").top_n, 4U);
    EXPECT_EQ(refusal(with(R"(,"parameters":{"top_n":-1})")),
              "/parameters/top_n: found -1, allowed: an integer 0..2147483647");
}

TEST(KserveBody, TurnsTritonsPrioritiesIntoOurs) {
    EXPECT_EQ(accepted(R"({"priority":0})").priority, 0);
    EXPECT_EQ(accepted(R"({"priority":1})").priority, 0);
    EXPECT_EQ(accepted(R"({"priority":2})").priority, 1);
    EXPECT_EQ(accepted(R"({"priority":123456789})").priority, 999);
}

TEST(KserveBody, RoundsMicrosecondsUpToMilliseconds) {
    EXPECT_EQ(accepted(R"({"timeout":1})").timeout, milliseconds(1));
    EXPECT_EQ(accepted(R"({"timeout":5000})").timeout, milliseconds(5));
    EXPECT_EQ(accepted(R"({"timeout":5001})").timeout, milliseconds(6));
    EXPECT_EQ(accepted(R"({"timeout":0})").timeout, std::nullopt);
}

TEST(KserveBody, IgnoresParametersOfOthers) {
    EXPECT_EQ(accepted(R"({"sequence_id":7,"kernel":"swap","headers":{"a":[1]}})").priority, 0);
}

TEST(KserveBody, RefusesInputsThatAreMissingRepeatedOrTooMany) {
    EXPECT_EQ(refusal("{}"), "/inputs: found no QUERY, allowed: each of QUERY, DOCUMENTS once");
    EXPECT_EQ(refusal(R"({"inputs":[]})"),
              "/inputs: found no QUERY, allowed: each of QUERY, DOCUMENTS once");
    EXPECT_EQ(
        refusal(with_documents(R"("name":"QUERY","shape":[1,2],"datatype":"FP32","data":[1,0])")),
        "/inputs/1: found the input QUERY again, allowed: each of QUERY, DOCUMENTS once");
    EXPECT_EQ(refusal(with_documents(
                  R"("name":"DOCS","shape":[1,1],"datatype":"FP32","data":[1]},{"name":"DOCS")")),
              "/inputs: found more than 2 inputs, allowed: QUERY, DOCUMENTS");
}

TEST(KserveBody, KeepsWhichOutputsAreWantedAndHow) {
    const auto outputs = [](const std::string& rest) {
        const auto parsed = parse(with(rest), "", with_texts(), ModelId::rerank);
        EXPECT_TRUE(parsed.ok()) << parsed.error().message;
        std::vector<std::pair<std::size_t, bool>> found;
        for (const Ask::Output& output : static_cast<const Ask*>(parsed->ask.get())->outputs)
            found.emplace_back(output.index, output.is_binary);
        return found;
    };
    using Pair = std::pair<std::size_t, bool>;
    EXPECT_THAT(outputs(""), ElementsAre(Pair{0, false}, Pair{1, false}));
    EXPECT_THAT(outputs(R"(,"parameters":{"binary_data_output":true})"),
                ElementsAre(Pair{0, true}, Pair{1, true}));
    EXPECT_THAT(outputs(R"(,"outputs":[{"name":"INDICES"},{"parameters":{"binary_data":false},)"
                        R"("name":"SCORES"}],"parameters":{"binary_data_output":true})"),
                ElementsAre(Pair{1, true}, Pair{0, false}));
}

TEST(KserveBody, RefusesOutputsThatAreNone) {
    EXPECT_EQ(refusal(with(R"(,"outputs":[{"name":"INDICES"}])")),
              R"(/outputs/0/name: found "INDICES", allowed: SCORES)");
    EXPECT_EQ(refusal(with(R"(,"outputs":[{}])")), "/outputs/0: found no name, allowed: SCORES");
    EXPECT_EQ(refusal(with(R"(,"outputs":[{"name":"SCORES"},{"name":"SCORES"}])")),
              R"(/outputs/1/name: found "SCORES" again, allowed: each of SCORES once)");
}

TEST(KserveBody, LimitsTheIdThatItEchoes) {
    EXPECT_EQ(refusal(with(R"(,"id":")" + std::string(256, 'x') + '"')), "accepted");
    EXPECT_EQ(refusal(with(R"(,"id":")" + std::string(257, 'x') + '"')),
              "/id: found 257 bytes, allowed: at most 256 bytes");
    EXPECT_EQ(refusal(with(R"(,"id":7)")), "/id: found a number, allowed: a string");
}

TEST(KserveBody, RefusesWhatFollowsTheEnd) {
    EXPECT_EQ(refusal(with("") + "{}").substr(0, 41), "body: found more behind the end of the do");
}

}  // namespace
}  // namespace qr::kserve
