#include "host/text/model2vec.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/stand_in_model.h"

namespace qr {
namespace {

using test::bytes_of;
using test::StandInTensor;

const std::string& tokenizer_json() {
    static const std::string json = test::stand_in_tokenizer({"one", "two"});
    return json;
}

const StandInTensor kTable = {"embeddings", "F32", {5, 1}, bytes_of<float>({9, 8, 7, 6, 5})};

Result<Model2Vec> load(const std::vector<StandInTensor>& tensors,
                       const std::string& config = "{}") {
    const auto embeddings =
        std::make_shared<const std::string>(test::stand_in_safetensors(tensors));
    return load_model2vec({.name = "stand-in",
                           .config = config,
                           .tokenizer = tokenizer_json(),
                           .embeddings = *embeddings,
                           .keeps = embeddings});
}

std::string refused(const std::vector<StandInTensor>& tensors, const std::string& config = "{}") {
    const Result<Model2Vec> loaded = load(tensors, config);
    EXPECT_FALSE(loaded.ok());
    return loaded.ok() ? "" : loaded.error().message;
}

float first_number(const Model2Vec& model, std::size_t token) {
    std::vector<float> number(1);
    sum_rows(InstructionSet::scalar, model.dtype, std::span(&model.rows.at(token), 1), number);
    return number[0];
}

TEST(Model2Vec, HasARowForEachToken) {
    const Result<Model2Vec> model = load({kTable});
    ASSERT_TRUE(model.ok()) << model.error().message;
    EXPECT_EQ(5U, model->rows.size());
    EXPECT_EQ(6, first_number(*model, 3));
    EXPECT_EQ(512U, model->tokens_max);
    EXPECT_FALSE(model->normalizes);
    EXPECT_EQ("stand-in", model->name);
    EXPECT_EQ(64U, model->digest.size());
}

TEST(Model2Vec, TakesWhatItsConfigSays) {
    const auto model = load({kTable}, R"({"normalize":true,"max_length":7,"name":"mine"})");
    ASSERT_TRUE(model.ok());
    EXPECT_TRUE(model->normalizes);
    EXPECT_EQ(7U, model->tokens_max);
    EXPECT_EQ("mine", model->name);
    EXPECT_NE(load({kTable})->digest, model->digest);
}

TEST(Model2Vec, MayShareRowsAndWeighTokens) {
    const Result<Model2Vec> model =
        load({{"embeddings", "I8", {2, 1}, "\x03\xFE"},
              {"mapping", "I64", {5}, bytes_of<std::int64_t>({0, 0, 0, 1, 1})},
              {"weights", "F64", {5}, bytes_of<double>({1, 1, 1, 0.5, 2})}});
    ASSERT_TRUE(model.ok()) << model.error().message;
    EXPECT_EQ(3, first_number(*model, 0));
    EXPECT_EQ(-1, first_number(*model, 3));
    EXPECT_EQ(-4, first_number(*model, 4));
}

TEST(Model2Vec, RoundsDoublesOnce) {
    const auto model =
        load({{"embeddings", "F64", {5, 1}, bytes_of<double>({1, 2, 3, 0.1, 1e-300})}});
    ASSERT_TRUE(model.ok());
    EXPECT_EQ(0.1F, first_number(*model, 3));
    EXPECT_EQ(0, first_number(*model, 4));
}

TEST(Model2Vec, IsRefusedWhereItsTensorsDoNotFit) {
    EXPECT_EQ("model.safetensors: /embeddings: found nothing, allowed: the rows of the tokens",
              refused({{"other", "I8", {1}, "x"}}));
    EXPECT_EQ(
        "model.safetensors: /embeddings: found 4 rows, allowed: 5, as many as tokens, or a "
        "mapping",
        refused({{"embeddings", "I8", {4, 1}, "1234"}}));
    EXPECT_NE("", refused({{"embeddings", "I8", {5}, "12345"}}));
    EXPECT_NE("", refused({{"embeddings", "I32", {5, 1}, std::string(20, '\0')}}));
    EXPECT_NE("", refused({kTable, {"weights", "F32", {1}, "1234"}}));
    EXPECT_NE("", refused({kTable, {"weights", "I64", {5}, std::string(40, '\0')}}));
    EXPECT_NE("", refused({kTable, {"mapping", "I8", {5}, "\0\0\0\0\0"}}));
}

TEST(Model2Vec, IsRefusedWithARowThatIsNotThere) {
    EXPECT_EQ("model.safetensors: /mapping: found the row 5, allowed: 0 to 4",
              refused({kTable, {"mapping", "I32", {5}, bytes_of<std::int32_t>({0, 1, 5, 3, 4})}}));
    EXPECT_NE("",
              refused({kTable, {"mapping", "I32", {5}, bytes_of<std::int32_t>({0, 1, -1, 3, 4})}}));
}

TEST(Model2Vec, IsRefusedWithNumbersThatNoSumBears) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    for (const float bad : {kInfinity, -kInfinity, kNan, 1e13F}) {
        EXPECT_EQ(
            "model.safetensors: /embeddings: found a number in row 2 that is not, allowed: "
            "magnitudes up to 1e12",
            refused({{"embeddings", "F32", {5, 1}, bytes_of<float>({1, 2, bad, 4, 5})}}));
        EXPECT_NE("",
                  refused({kTable, {"weights", "F32", {5}, bytes_of<float>({1, 2, bad, 4, 5})}}));
    }
}

TEST(Model2Vec, IsRefusedWithAConfigThatDoesNotFit) {
    EXPECT_EQ("config.json: /normalize: found 1, allowed: true or false",
              refused({kTable}, R"({"normalize":1})"));
    EXPECT_NE("", refused({kTable}, R"({"max_length":0})"));
    EXPECT_NE("", refused({kTable}, "nothing"));
}

}  // namespace
}  // namespace qr
