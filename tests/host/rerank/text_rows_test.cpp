#include "host/rerank/text_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "host/text/encode_now.h"
#include "tests/support/stand_in_encoder.h"

namespace qr {
namespace {

using testing::ElementsAre;

BufferPool& buffers() {
    static BufferPool pool(1 << 20);
    return pool;
}

// Queries "a", then documents: the rows that are given as text.
ScoreRequest request_of(std::vector<std::string> documents, std::vector<std::size_t> rows) {
    ScoreRequest request;
    request.texts.query_rows = {0};
    request.texts.queries = {"a"};
    request.texts.document_rows = rows;
    request.labels.resize(rows.back() + 1);
    for (std::size_t i = 0; i < rows.size(); ++i)
        request.labels[rows[i]].text = documents[i];
    return request;
}

Result<void> encode(ScoreRequest& request) {
    test::StandInEncoder encoder;
    return place_vectors(request, *encode_now(encoder, encoder_inputs(request)), buffers());
}

std::vector<float> floats_of(const MatrixView& view) {
    return {view.data, view.data + view.rows * view.dimension};
}

TEST(TextRows, GoToTheEncoderQueriesFirstEachWithItsRole) {
    const ScoreRequest request = request_of({"x", "y"}, {0, 1});
    const std::vector<EncoderInput> inputs = encoder_inputs(request);
    ASSERT_EQ(inputs.size(), 3u);
    EXPECT_EQ(inputs[0].text, "a");
    EXPECT_EQ(inputs[0].role, TextRole::query);
    EXPECT_EQ(inputs[2].text, "y");
    EXPECT_EQ(inputs[2].role, TextRole::document);
}

TEST(TextRows, BecomeTheRowsOfBothSides) {
    ScoreRequest request = request_of({"b", "ab"}, {0, 1});
    ASSERT_TRUE(encode(request).ok());
    EXPECT_TRUE(request.texts.is_empty());
    EXPECT_THAT(floats_of(request.vectors.queries), ElementsAre(1, 0, 1));
    EXPECT_THAT(floats_of(request.vectors.documents), ElementsAre(0, 1, 1, 1, 1, 1));
}

TEST(TextRows, StandWhereTheyStoodAmongVectors) {
    const std::array<float, 6> vectors = {7, 7, 7, 8, 8, 8};
    ScoreRequest request = request_of({"b", "bb"}, {1, 2});
    request.vectors.documents = {vectors.data(), 2, 3};
    ASSERT_TRUE(encode(request).ok());
    EXPECT_THAT(floats_of(request.vectors.documents),
                ElementsAre(7, 7, 7, 0, 1, 1, 0, 2, 1, 8, 8, 8));
}

TEST(TextRows, LeaveASideOfVectorsWhereItIs) {
    const std::array<float, 3> vectors = {7, 8, 9};
    ScoreRequest request;
    request.texts.query_rows = {0};
    request.texts.queries = {"a"};
    request.vectors.documents = {vectors.data(), 1, 3};
    ASSERT_TRUE(encode(request).ok());
    EXPECT_EQ(request.vectors.documents.data, vectors.data());
}

TEST(TextRows, RefuseVectorsOfAnotherDimensionAndNameTheFirst) {
    const std::array<float, 2> vectors = {7, 8};
    ScoreRequest request = request_of({"b"}, {0});
    request.vectors.documents = {vectors.data(), 1, 2};
    const auto encoded = encode(request);
    ASSERT_FALSE(encoded.ok());
    EXPECT_EQ(encoded.error().code, Code::invalid);
    EXPECT_EQ(encoded.error().message,
              "/documents/1: found 2 numbers, allowed: 3 (the encoder's, which makes the vectors "
              "of this request's texts)");
}

TEST(TextRows, WarnOfTextsThatTheEncoderKnowsNothingOf) {
    ScoreRequest request = request_of({"b", ""}, {0, 1});
    ASSERT_TRUE(encode(request).ok());
    EXPECT_THAT(
        request.warnings,
        ElementsAre("/documents/1: no word that the encoder knows; its score says nothing"));
}

TEST(TextRows, WarnOfAFewSuchTextsAndCountTheOthers) {
    ScoreRequest request = request_of(std::vector<std::string>(10), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    ASSERT_TRUE(encode(request).ok());
    ASSERT_EQ(request.warnings.size(), 9u);
    EXPECT_EQ(request.warnings.back(), "further texts without a word that the encoder knows: 2");
}

}  // namespace
}  // namespace qr
