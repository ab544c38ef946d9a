#include "server/dialects/kserve_answer.h"

#include <gtest/gtest.h>

#include "kserve_payloads.h"

namespace qr::kserve {
namespace {

using dialects::Answer;

Answer printed(const std::string& rest, ModelId id) {
    const auto request =
        parse(with_documents(
                  R"("name":"DOCUMENTS","shape":[2,2],"datatype":"FP32","data":[3,4,1,0])", rest),
              "", with_texts(), id);
    EXPECT_TRUE(request.ok()) << request.error().message;
    const std::vector<double> scores = {0.25, 0.5};
    return id == ModelId::rerank ? print_rerank(*request, scores, {"i", "cpu"})
                                 : print_score(*request, scores, {"i", "cpu"});
}

TEST(KserveAnswer, IsJsonUnlessBinaryIsAskedFor) {
    const Answer answer = printed("", ModelId::rerank);
    EXPECT_EQ(answer.json_bytes, 0U);
    EXPECT_EQ(answer.body, R"({"model_name":"rerank","model_version":"1","outputs":[)"
                           R"({"name":"SCORES","datatype":"FP64","shape":[1,2],"data":[0.5,0.25]},)"
                           R"({"name":"INDICES","datatype":"INT32","shape":[1,2],"data":[1,0]}]})");
}

TEST(KserveAnswer, HasItsTensorsBehindTheJsonInItsOrder) {
    const Answer answer =
        printed(R"(,"id":"a\"b","outputs":[{"name":"INDICES"},{"name":"SCORES"}],)"
                R"("parameters":{"binary_data_output":true,"top_n":1})",
                ModelId::rerank);
    const std::string json =
        R"({"id":"a\"b","model_name":"rerank","model_version":"1","outputs":[)"
        R"({"name":"INDICES","datatype":"INT32","shape":[1,1],)"
        R"("parameters":{"binary_data_size":4}},{"name":"SCORES","datatype":"FP64",)"
        R"("shape":[1,1],"parameters":{"binary_data_size":8}}]})";
    EXPECT_EQ(answer.json_bytes, json.size());
    EXPECT_EQ(answer.body, json + tensor_of<std::int32_t>({1}) + tensor_of<double>({0.5}));
}

TEST(KserveAnswer, ScoresStayInRequestOrder) {
    EXPECT_EQ(printed("", ModelId::score).body,
              R"({"model_name":"score","model_version":"1","outputs":[)"
              R"({"name":"SCORES","datatype":"FP64","shape":[1,2],"data":[0.25,0.5]}]})");
}

}  // namespace
}  // namespace qr::kserve
