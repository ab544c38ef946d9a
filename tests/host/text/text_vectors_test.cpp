#include "host/text/text_vectors.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/host/text/data_files.h"
#include "tests/support/stand_in_model.h"

namespace qr {
namespace {

using test::bytes_of;

// [UNK] has 1, 0; [CLS] and [SEP] have zeros; "one" has 3, 4, "two" has 0, -2, "minus" has 0, 2.
TextVectors small(const std::string& config, std::vector<float> unknown = {1, 0}) {
    const std::string tokenizer = test::stand_in_tokenizer({"one", "two", "minus"});
    std::vector<float> table = std::move(unknown);
    table.insert(table.end(), {0, 0, 0, 0, 3, 4, 0, -2, 0, 2});
    const auto embeddings = std::make_shared<const std::string>(
        test::stand_in_safetensors({{"embeddings", "F32", {6, 2}, bytes_of(table)}}));
    return TextVectors(load_model2vec({.config = config,
                                       .tokenizer = tokenizer,
                                       .embeddings = *embeddings,
                                       .keeps = embeddings})
                           .value());
}

std::vector<float> vector_of(const TextVectors& vectors, std::string_view text) {
    std::vector<float> vector(vectors.model().dimension);
    vectors.write(text, vector);
    return vector;
}

TEST(TextVectors, AreTheMeanOfTheRowsOfKnownTokens) {
    const TextVectors vectors = small("{}");
    EXPECT_EQ((std::vector<float>{1.5F, 1}), vector_of(vectors, "one something two"));
}

TEST(TextVectors, HaveTheLengthOneWhenTheModelSaysSo) {
    EXPECT_EQ((std::vector<float>{0.6F, 0.8F}), vector_of(small(R"({"normalize":true})"), "one"));
}

TEST(TextVectors, CountEveryTokenThatIsReadAndNoneBeyond) {
    const TextVectors vectors = small(R"({"max_length":2})");
    std::vector<float> vector(2);
    const TextVectors::Written written = vectors.write("what one two", vector);
    EXPECT_EQ(2U, written.tokens);
    EXPECT_TRUE(written.is_known);
    EXPECT_EQ((std::vector<float>{3, 4}), vector);
}

TEST(TextVectors, SayNothingWithTheRowOfTheUnknownToken) {
    const TextVectors vectors = small("{}");
    for (const char* text : {"", "what is this", "\xF0\x9F\x91\x8D", "[CLS]", "two minus"}) {
        std::vector<float> vector(2);
        EXPECT_FALSE(vectors.write(text, vector).is_known) << text;
        EXPECT_EQ((std::vector<float>{1, 0}), vector) << text;
    }
}

TEST(TextVectors, SayNothingWithEqualComponentsWhereThatRowIsZero) {
    const std::vector<float> vector = vector_of(small("{}", {0, 0}), "");
    EXPECT_FLOAT_EQ(std::sqrt(0.5F), vector[0]);
    EXPECT_EQ(vector[0], vector[1]);
}

Model2Vec golden_model() {
    static const std::string embeddings =
        test::read_whole(test::data_path("model2vec.safetensors"));
    static const std::string tokenizer = test::read_whole(test::data_path("tokenizer.json"));
    return load_model2vec({.config = R"({"normalize":true})",
                           .tokenizer = tokenizer,
                           .embeddings = embeddings})
        .value();
}

TEST(TextVectors, AreThoseOfTheLibrary) {
    constexpr double kTolerance = 2e-6;
    const TextVectors vectors(golden_model());
    const auto lines = test::read_lines(test::data_path("model2vec.jsonl"));
    EXPECT_LT(20U, lines.size());
    for (const std::string& line : lines) {
        const nlohmann::json golden = nlohmann::json::parse(line);
        const auto expected = golden["vector"].get<std::vector<double>>();
        const std::vector<float> found = vector_of(vectors, golden["text"].get<std::string>());
        ASSERT_EQ(expected.size(), found.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            EXPECT_NEAR(expected[i], found[i], kTolerance) << line;
    }
}

TEST(TextVectors, HaveTheSameBitsOnEveryInstructionSet) {
    const TextVectors portable(golden_model(), InstructionSet::scalar);
    const TextVectors best(golden_model());
    for (const std::string& text : test::read_texts()) {
        const std::vector<float> expected = vector_of(portable, text);
        const std::vector<float> found = vector_of(best, text);
        for (std::size_t i = 0; i < expected.size(); ++i)
            ASSERT_EQ(std::bit_cast<std::uint32_t>(expected[i]),
                      std::bit_cast<std::uint32_t>(found[i]));
    }
}

}  // namespace
}  // namespace qr
