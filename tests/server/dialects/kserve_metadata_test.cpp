#include "server/dialects/kserve_metadata.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "payloads.h"

namespace qr::kserve {
namespace {

using nlohmann::json;

Result<bool> ready_alone(std::string_view body) {
    return wants_ready_alone(native::payload_of(body));
}

TEST(KserveMetadata, NamesTheServerAndItsExtensions) {
    EXPECT_EQ(print_server("1.2"), R"({"name":"quantumrerank","version":"1.2","extensions":)"
                                   R"(["binary_tensor_data","statistics","model_repository"]})");
}

TEST(KserveMetadata, DescribesAModel) {
    EXPECT_EQ(print_model(model(ModelId::embed)),
              R"({"name":"embed","versions":["1"],"platform":"quantumrerank","inputs":)"
              R"([{"name":"TEXT","datatype":"BYTES","shape":[-1]}],"outputs":)"
              R"([{"name":"EMBEDDING","datatype":"FP32","shape":[-1,-1]}]})");
}

TEST(KserveMetadata, ConfiguresAModelWithoutBatchesOrStreams) {
    const json config = json::parse(print_config(model(ModelId::rerank)));
    EXPECT_EQ(config.at("max_batch_size"), 0);
    EXPECT_FALSE(config.contains("model_transaction_policy"));
    EXPECT_EQ(config.at("input").at(1),
              json::parse(R"({"name":"DOCUMENTS","data_type":"TYPE_FP32","dims":[-1,-1]})"));
    EXPECT_EQ(config.at("output").at(1).at("data_type"), "TYPE_INT32");
}

TEST(KserveMetadata, HasEveryStatisticThatClientsReadUnasked) {
    const std::vector<ModelFigures> models = {{&model(ModelId::score),
                                               {.success = {.count = 2, .nanoseconds = 90},
                                                .fail = {.count = 1, .nanoseconds = 7},
                                                .queue = {.count = 2, .nanoseconds = 10},
                                                .input = {.count = 2, .nanoseconds = 20},
                                                .compute = {.count = 2, .nanoseconds = 30},
                                                .output = {.count = 2, .nanoseconds = 5},
                                                .last_ms = 1234}}};
    EXPECT_EQ(print_statistics(models),
              R"({"model_stats":[{"name":"score","version":"1","last_inference":1234,)"
              R"("inference_count":2,"execution_count":2,"inference_stats":{)"
              R"("success":{"count":2,"ns":90},"fail":{"count":1,"ns":7},)"
              R"("queue":{"count":2,"ns":10},"compute_input":{"count":2,"ns":20},)"
              R"("compute_infer":{"count":2,"ns":30},"compute_output":{"count":2,"ns":5},)"
              R"("cache_hit":{"count":0,"ns":0},"cache_miss":{"count":0,"ns":0}},)"
              R"("batch_stats":[{"batch_size":1,"compute_input":{"count":2,"ns":20},)"
              R"("compute_infer":{"count":2,"ns":30},"compute_output":{"count":2,"ns":5}}]}]})");
}

TEST(KserveMetadata, HasNoBatchesBeforeTheFirstAnswer) {
    const std::vector<ModelFigures> models = {{&model(ModelId::score), {}}};
    const json stats = json::parse(print_statistics(models)).at("model_stats").at(0);
    EXPECT_TRUE(stats.at("batch_stats").empty());
    EXPECT_EQ(stats.at("last_inference"), 0);
}

TEST(KserveMetadata, ListsModelsWithTheirState) {
    EXPECT_EQ(print_index(models(false).first(1), ""),
              R"([{"name":"rerank","version":"1","state":"READY","reason":""}])");
    EXPECT_EQ(print_index(models(false).first(1), "starting"),
              R"([{"name":"rerank","version":"1","state":"UNAVAILABLE","reason":"starting"}])");
    EXPECT_EQ(print_index({}, ""), "[]");
}

TEST(KserveMetadata, AsksForReadyModelsInABodyThatMayBeEmpty) {
    EXPECT_FALSE(*ready_alone(""));
    EXPECT_FALSE(*ready_alone("{}"));
    EXPECT_TRUE(*ready_alone(R"({"ready":true,"more":1})"));
    EXPECT_EQ(ready_alone(R"({"ready":1})").error().message,
              "/ready: found a number, allowed: true or false");
    EXPECT_EQ(ready_alone("{").error().code, Code::malformed);
}

TEST(KserveMetadata, ModelsAreBuiltIn) {
    EXPECT_EQ(is_built_in("rerank", "unload").message,
              "repository: found unload of the model 'rerank', allowed: POST /v2/repository/index "
              "(the models are built in, they are neither loaded nor unloaded)");
}

}  // namespace
}  // namespace qr::kserve
