#include "server/http/chunked.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace qr::http {
namespace {

using testing::HasSubstr;

Limits small_limits() {
    Limits limits;
    limits.body_bytes_max = 100;
    limits.chunk_overhead_bytes_max = 20;
    return limits;
}

struct Outcome {
    std::string data;
    std::size_t consumed = 0;
    bool is_done = false;
    std::string error;  // its message, empty without one
    Code code = Code::internal;
};

Outcome decode(std::string_view bytes, std::size_t piece = std::string_view::npos) {
    ChunkedDecoder decoder(small_limits());
    Outcome outcome;
    while (!bytes.empty() && !decoder.is_done()) {
        const Result<ChunkedDecoder::Step> step = decoder.next(bytes.substr(0, piece));
        if (!step.ok()) {
            outcome.error = step.error().message;
            outcome.code = step.error().code;
            return outcome;
        }
        outcome.data += step->data;
        outcome.consumed += step->consumed;
        bytes.remove_prefix(step->consumed);
    }
    outcome.is_done = decoder.is_done();
    return outcome;
}

TEST(Chunked, JoinsChunksAndStopsAtTheEnd) {
    const Outcome outcome = decode("5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\nGET /");
    EXPECT_EQ(outcome.data, "hello, world");
    EXPECT_EQ(outcome.consumed, 27);
    EXPECT_TRUE(outcome.is_done);
}

TEST(Chunked, DecodesTheSameHoweverTheBytesArrive) {
    for (std::size_t piece = 1; piece < 10; ++piece) {
        const Outcome outcome = decode("A;x=\"y\"\r\n0123456789\r\n0000\r\nT: v\r\n\r\n", piece);
        EXPECT_EQ(outcome.data, "0123456789") << piece;
        EXPECT_TRUE(outcome.is_done) << piece;
    }
}

TEST(Chunked, ReadsSizesInEitherCase) {
    EXPECT_EQ(decode("1a\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n").data.size(), 26);
    EXPECT_EQ(decode("1A\r\n" + std::string(26, 'x') + "\r\n0\r\n\r\n").data.size(), 26);
}

TEST(Chunked, DropsExtensionsAndTrailers) {
    const Outcome outcome = decode("1;a=b\r\nx\r\n0;c\r\nX-Sum: 1\r\n\r\n");
    EXPECT_EQ(outcome.data, "x");
    EXPECT_TRUE(outcome.is_done);
}

TEST(Chunked, RefusesAnythingButBareHexadecimalSizes) {
    for (const char* size : {"", "-1", "+1", " 1", "1 ", "0x1", "g", "1\t", "1 ;a=b"}) {
        EXPECT_THAT(decode(std::string(size) + "\r\nx\r\n0\r\n\r\n").error, HasSubstr("chunk size"))
            << size;
    }
}

TEST(Chunked, RefusesASizeThatWouldOverflow) {
    EXPECT_THAT(decode("10000000000000001\r\nx").error, HasSubstr("15 digits"));
    EXPECT_THAT(decode("0000000000000001\r\nx").error, HasSubstr("15 digits"));
    EXPECT_EQ(decode("fffffffffffffff\r\nx").code, Code::too_large);
}

TEST(Chunked, RefusesLinesThatDoNotEndInCrLf) {
    EXPECT_FALSE(decode("1\nx\r\n0\r\n\r\n").error.empty());
    EXPECT_FALSE(decode("1\rx\r\n0\r\n\r\n").error.empty());
    EXPECT_FALSE(decode("1\r\nx\n0\r\n\r\n").error.empty());
    EXPECT_FALSE(decode("1\r\nx\rx").error.empty());
    EXPECT_FALSE(decode("1\r\nxy\r\n0\r\n\r\n").error.empty());
    EXPECT_FALSE(decode("0\r\n\n").error.empty());
    EXPECT_FALSE(decode("0\r\nT: v\n\r\n").error.empty());
    EXPECT_FALSE(decode("0\r\nT: v\rX").error.empty());
    EXPECT_FALSE(decode("0\r\n\rX").error.empty());
}

TEST(Chunked, RefusesFoldedTrailersAndControlCharacters) {
    EXPECT_THAT(decode("0\r\n T: v\r\n\r\n").error, HasSubstr("trailer"));
    EXPECT_FALSE(decode("1;\x01\r\nx").error.empty());
    EXPECT_FALSE(decode("0\r\nT: \x7F\r\n\r\n").error.empty());
}

TEST(Chunked, BoundsTheDataOfAllChunksTogether) {
    EXPECT_EQ(decode("64\r\n" + std::string(100, 'x') + "\r\n0\r\n\r\n").data.size(), 100);
    EXPECT_EQ(decode("64\r\n" + std::string(100, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n").code,
              Code::too_large);
    EXPECT_EQ(decode("65\r\n").code, Code::too_large);
}

TEST(Chunked, BoundsExtensionsAndTrailersTogether) {
    EXPECT_TRUE(decode("1;" + std::string(10, 'e') + "\r\nx\r\n0\r\nT:12345678\r\n\r\n").is_done);
    EXPECT_EQ(decode("1;" + std::string(10, 'e') + "\r\nx\r\n0\r\nT:123456789\r\n\r\n").code,
              Code::too_large);
    EXPECT_EQ(decode("1;" + std::string(21, 'e')).code, Code::too_large);
}

TEST(Chunked, LetsTheCallerTakeDataPastIt) {
    ChunkedDecoder decoder(small_limits());
    ASSERT_TRUE(decoder.next("a\r\n").ok());
    EXPECT_EQ(decoder.data_remaining(), 10);
    decoder.skip_data(4);
    EXPECT_EQ(decoder.data_remaining(), 6);
    decoder.skip_data(6);
    EXPECT_EQ(decoder.data_remaining(), 0);
    ASSERT_TRUE(decoder.next("\r\n0\r\n\r\n").ok());
    EXPECT_TRUE(decoder.is_done());
}

}  // namespace
}  // namespace qr::http
