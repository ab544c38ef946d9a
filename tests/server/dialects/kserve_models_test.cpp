#include "server/dialects/kserve_models.h"

#include <gtest/gtest.h>

namespace qr::kserve {
namespace {

std::string refusal(std::string_view name, std::optional<std::string_view> version,
                    bool has_encoder = true) {
    const auto found = find_model(name, version, has_encoder);
    return found ? "accepted" : found.error().message;
}

TEST(KserveModels, AreFoundByNameAndByTheirOneVersion) {
    EXPECT_EQ((*find_model("rerank", std::nullopt, true))->id, ModelId::rerank);
    EXPECT_EQ((*find_model("score", "1", false))->id, ModelId::score);
    EXPECT_EQ(refusal("score", "2"), "version: found '2', allowed: 1");
    EXPECT_EQ(refusal("resnet", "1"), "model: found 'resnet', allowed: rerank, score, embed");
    EXPECT_EQ(find_model("resnet", std::nullopt, true).error().code, Code::not_found);
}

TEST(KserveModels, EmbedIsOneOnlyWithAnEncoder) {
    EXPECT_EQ(models(true).size(), 3U);
    EXPECT_EQ(models(false).size(), 2U);
    EXPECT_EQ(refusal("embed", std::nullopt), "accepted");
    EXPECT_EQ(find_model("embed", std::nullopt, false).error().code, Code::no_encoder);
}

TEST(KserveModels, StandInTheOrderOfTheirNumbers) {
    for (const Model& candidate : models(true))
        EXPECT_EQ(&model(candidate.id), &candidate);
}

TEST(KserveModels, DatatypesHaveTheNamesAndWidthsOfTheProtocol) {
    EXPECT_EQ(info(Datatype::fp64).name, "FP64");
    EXPECT_EQ(info(Datatype::bf16).width, 2U);
    EXPECT_EQ(info(Datatype::bytes).config_name, "TYPE_STRING");
    EXPECT_EQ(find_datatype("INT32"), Datatype::int32);
    EXPECT_EQ(find_datatype("fp32"), std::nullopt);
}

}  // namespace
}  // namespace qr::kserve
