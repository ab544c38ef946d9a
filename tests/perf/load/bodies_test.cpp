// Each generated body as the server's own parser reads it.
#include "perf/load/bodies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "server/dialects/collection_search.h"
#include "tests/server/dialects/payloads.h"

namespace qr::load {
namespace {

constexpr Format kFormats[] = {Format::binary, Format::base64, Format::json};

// The length of the JSON as the headers tell it; none without that header.
std::optional<std::size_t> header_length(const Bodies& made) {
    constexpr std::string_view kName = "Inference-Header-Content-Length: ";
    for (const std::string& header : made.headers) {
        if (!header.starts_with(kName)) continue;
        return std::stoul(header.substr(kName.size()));
    }
    return std::nullopt;
}

RerankRequest parse(const Bodies& made, std::size_t variant) {
    auto parsed =
        native::parse_rerank(native::payload_of(made.bodies.at(variant), header_length(made)),
                             native::test_buffers(), {.takes_text = true});
    EXPECT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_TRUE(parsed->warnings.empty());
    return *std::move(parsed);
}

TEST(Bodies, AreWhatTheServerReadsAndTheSameRequestInEachForm) {
    BodyShape shape{.documents = 7, .dimension = 33, .top_n = 3, .variants = 3, .seed = 42};
    shape.format = Format::binary;
    const Bodies first = make_bodies(shape);
    for (const Format format : kFormats) {
        shape.format = format;
        const Bodies made = make_bodies(shape);
        ASSERT_EQ(3u, made.bodies.size());
        EXPECT_EQ(format == Format::binary, header_length(made).has_value());
        for (std::size_t variant = 0; variant < 3; ++variant) {
            const RerankRequest expected = parse(first, variant);
            const RerankRequest found = parse(made, variant);
            EXPECT_EQ(1u, found.vectors.queries.rows);
            EXPECT_EQ(7u, found.vectors.documents.rows);
            EXPECT_EQ(33u, found.vectors.documents.dimension);
            EXPECT_EQ(3u, found.top_n);
            EXPECT_EQ(native::floats_of(expected.vectors.queries),
                      native::floats_of(found.vectors.queries));
            EXPECT_EQ(native::floats_of(expected.vectors.documents),
                      native::floats_of(found.vectors.documents));
        }
    }
}

TEST(Bodies, OfASearchHaveAllItsQueries) {
    for (const Format format : {Format::binary, Format::base64, Format::json, Format::text}) {
        for (const std::size_t queries : {1u, 5u}) {
            const BodyShape shape{.format = format,
                                  .documents = 0,
                                  .queries = queries,
                                  .dimension = 33,
                                  .top_n = 3,
                                  .seed = 42};
            const Bodies made = make_bodies(shape);
            EXPECT_LE(made.bodies.at(0).size(), bytes_max(shape));
            const auto search = collections::read_search(
                native::payload_of(made.bodies.at(0), header_length(made)), native::test_buffers(),
                {.takes_text = true}, shape.dimension);
            ASSERT_TRUE(search.ok()) << search.error().message;
            EXPECT_EQ(3u, search->top_n);
            EXPECT_EQ(queries, search->vectors.queries.rows + search->texts.queries.size());
        }
    }
}

TEST(Bodies, AreTextsOfSoManyWords) {
    const BodyShape shape{
        .format = Format::text, .documents = 7, .words = 16, .top_n = 3, .seed = 42};
    const Bodies made = make_bodies(shape);
    EXPECT_EQ(std::vector<std::string>{"Content-Type: application/json"}, made.headers);
    const RerankRequest request = parse(made, 0);
    EXPECT_EQ(3u, request.top_n);
    EXPECT_EQ(1u, request.texts.queries.size());
    ASSERT_EQ(7u, request.labels.size());
    for (const DocumentLabel& label : request.labels) {
        const std::string& text = label.text.value();
        EXPECT_EQ(15, std::ranges::count(text, ' ')) << text;
        EXPECT_TRUE(text.ends_with('.')) << text;
        EXPECT_NE(request.texts.queries[0], text);
    }
}

TEST(Bodies, SayTheirType) {
    BodyShape shape{.format = Format::json};
    EXPECT_EQ(std::vector<std::string>{"Content-Type: application/json"},
              make_bodies(shape).headers);
    shape.format = Format::base64;
    EXPECT_EQ(std::vector<std::string>{"Content-Type: application/json"},
              make_bodies(shape).headers);
    shape.format = Format::binary;
    EXPECT_EQ("Content-Type: application/octet-stream", make_bodies(shape).headers.at(0));
}

TEST(Bodies, DifferByVariantAndBySeed) {
    BodyShape shape{.documents = 2, .dimension = 4, .variants = 2};
    const Bodies made = make_bodies(shape);
    EXPECT_NE(made.bodies[0], made.bodies[1]);
    EXPECT_EQ(made.bodies, make_bodies(shape).bodies);
    shape.seed = 2;
    EXPECT_NE(made.bodies[0], make_bodies(shape).bodies[0]);
    shape.format = Format::text;
    const Bodies texts = make_bodies(shape);
    EXPECT_NE(texts.bodies[0], texts.bodies[1]);
    EXPECT_EQ(texts.bodies, make_bodies(shape).bodies);
}

TEST(Bodies, HoldNumbersOfMeanZeroAndVarianceOne) {
    const BodyShape shape{.format = Format::binary, .documents = 999, .dimension = 100, .seed = 3};
    const RerankRequest request = parse(make_bodies(shape), 0);
    double sum = 0;
    double squares = 0;
    for (const float number : native::floats_of(request.vectors.documents)) {
        sum += number;
        squares += static_cast<double>(number) * number;
    }
    constexpr double kCount = 99'900;
    EXPECT_NEAR(0, sum / kCount, 4 / std::sqrt(kCount)) << "seed 3";
    EXPECT_NEAR(1, squares / kCount, 4 * std::sqrt(2 / kCount)) << "seed 3";
}

TEST(Bodies, NeverHoldMoreBytesThanWasForetold) {
    for (const Format format : {Format::binary, Format::base64, Format::json, Format::text}) {
        for (const std::size_t size : {1u, 2u, 3u, 500u}) {
            const BodyShape shape{.format = format,
                                  .documents = size,
                                  .dimension = size,
                                  .words = size,
                                  .top_n = 2'147'483'647,
                                  .variants = 2};
            std::size_t bytes = 0;
            for (const std::string& body : make_bodies(shape).bodies)
                bytes += body.size();
            EXPECT_LE(bytes, bytes_max(shape));
        }
    }
}

TEST(Bodies, KnowTheirFormatsByName) {
    EXPECT_EQ(Format::binary, format_of("binary"));
    EXPECT_EQ(Format::base64, format_of("base64"));
    EXPECT_EQ(Format::json, format_of("json"));
    EXPECT_EQ(Format::text, format_of("text"));
    EXPECT_EQ(std::nullopt, format_of("JSON"));
}

}  // namespace
}  // namespace qr::load
