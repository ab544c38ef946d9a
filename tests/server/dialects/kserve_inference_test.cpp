#include "server/dialects/kserve_inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kserve_payloads.h"

namespace qr::kserve {
namespace {

using testing::ElementsAre;

TEST(KserveInference, PointsErrorsAtTheInputThatHasTheRow) {
    const auto parsed =
        parse(R"({"inputs":[{"name":"DOCUMENTS","shape":[1,2],"datatype":"FP32","data":[1,0]},)"
              R"({"name":"QUERY","shape":[2],"datatype":"FP32","data":[1,0]}]})");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->vectors.documents_at, "/inputs/0/data");
    EXPECT_EQ(parsed->vectors.queries_at, "/inputs/1/data");
    EXPECT_FALSE(parsed->is_query_list);
}

TEST(KserveInference, ReadsTensorsInTheOrderOfTheirDeclaration) {
    const std::string json =
        R"({"inputs":[{"name":"DOCUMENTS","shape":[2,1],"datatype":"FP32","parameters":)"
        R"({"binary_data_size":8}},{"name":"QUERY","shape":[1,1],"datatype":"INT8",)"
        R"("parameters":{"binary_data_size":1}}]})";
    const auto parsed = parse(json, tensor_of<float>({1, 2}) + '\x03');
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_THAT(native::floats_of(parsed->vectors.documents), ElementsAre(1, 2));
    EXPECT_THAT(native::floats_of(parsed->vectors.queries), ElementsAre(3));
}

TEST(KserveInference, TextsMeetVectors) {
    const auto parsed =
        parse(R"({"inputs":[{"name":"QUERY","shape":[1],"datatype":"BYTES","data":["a"]},)"
              R"({"name":"DOCUMENTS","shape":[1,2],"datatype":"FP32","data":[1,0]}]})");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_THAT(parsed->texts.queries, ElementsAre("a"));
    EXPECT_THAT(parsed->texts.query_rows, ElementsAre(0));
    EXPECT_EQ(parsed->vectors.documents.rows, 1U);
    EXPECT_EQ(parsed->vectors.queries.rows, 0U);
}

TEST(KserveInference, RefusesTwoDimensionsAtTheLaterInput) {
    EXPECT_EQ(refusal(with_documents(
                  R"("name":"DOCUMENTS","shape":[1,3],"datatype":"FP32","data":[1,0,0])")),
              "/inputs/1/shape: found 3 numbers a row, allowed: 2 (as the other input's)");
}

TEST(KserveInference, EmbedsTextsWithinTheirOwnTimeout) {
    const auto parsed = kEmbed.parse(
        native::payload_of(R"({"inputs":[{"name":"TEXT","shape":[2],"datatype":"BYTES",)"
                           R"("data":["a","b"]}],"parameters":{"timeout":2000}})"),
        {});
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_THAT(parsed->texts, ElementsAre("a", "b"));
    EXPECT_EQ(parsed->timeout, std::chrono::milliseconds(2));
}

TEST(KserveInference, RefusesALengthOfJsonBeyondTheBody) {
    auto payload = native::payload_of("{}", 3);
    const auto reading =
        read_inference(std::move(payload), native::test_buffers(), {}, ModelId::rerank);
    EXPECT_EQ(reading.form, &kRerank);
    EXPECT_EQ(reading.request.error().code, Code::malformed);
}

}  // namespace
}  // namespace qr::kserve
