#include "host/encoding/base64.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace qr::base64 {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The encoder under whose eyes the decoders are tested: plain RFC 4648, section 4.
std::string encode(const std::vector<std::byte>& bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t bits = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            const auto byte =
                i + j < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + j]) : 0;
            bits = (bits << 8) | byte;
        }
        const std::size_t characters = std::min<std::size_t>(bytes.size() - i, 3) + 1;
        for (std::size_t j = 0; j < 4; ++j)
            text += j < characters ? kAlphabet[(bits >> (18 - 6 * j)) & 63] : '=';
    }
    return text;
}

// The text in a block of exactly its size, so that ASan sees any read behind it.
struct Decoded {
    std::optional<Fault> fault;
    std::vector<std::byte> bytes;
};
Decoded decode_exactly(Kind kind, std::string_view text) {
    const std::vector<char> tight(text.begin(), text.end());
    const std::string_view view(tight.data(), tight.size());
    std::vector<std::byte> bytes(decoded_size(view));
    const auto fault = decode(kind, view, bytes);
    return {fault, std::move(bytes)};
}

std::string as_string(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class EveryKind : public testing::TestWithParam<Kind> {};

INSTANTIATE_TEST_SUITE_P(Base64, EveryKind, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return std::string(to_string(kind.param)); });

TEST_P(EveryKind, DecodesTheVectorsOfTheRfc) {
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"Zg==", "f"},
                                                                     {"Zm8=", "fo"},
                                                                     {"Zm9v", "foo"},
                                                                     {"Zm9vYg==", "foob"},
                                                                     {"Zm9vYmE=", "fooba"},
                                                                     {"Zm9vYmFy", "foobar"}};
    for (const auto& [text, bytes] : vectors) {
        const Decoded decoded = decode_exactly(GetParam(), text);
        EXPECT_EQ(decoded.fault, std::nullopt) << text;
        EXPECT_EQ(as_string(decoded.bytes), bytes) << text;
    }
}

TEST_P(EveryKind, DecodesEveryLengthOfRandomBytes) {
    std::mt19937 random(20260101);
    for (std::size_t size = 0; size < 400; ++size) {
        SCOPED_TRACE("seed 20260101, size " + std::to_string(size));
        std::vector<std::byte> bytes(size);
        for (std::byte& byte : bytes)
            byte = static_cast<std::byte>(random() & 0xFF);
        const Decoded decoded = decode_exactly(GetParam(), encode(bytes));
        ASSERT_EQ(decoded.fault, std::nullopt);
        ASSERT_EQ(decoded.bytes, bytes);
    }
}

TEST_P(EveryKind, TellsTheOffsetOfAnyForeignByteAnywhere) {
    const std::string good(200, 'Q');
    for (std::size_t offset = 0; offset < good.size(); ++offset) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text = good;
            text[offset] = static_cast<char>(byte);
            const bool is_end_padding = byte == '=' && offset + 1 == good.size();
            const bool is_foreign =
                kAlphabet.find(static_cast<char>(byte)) == std::string_view::npos;
            if (is_end_padding) continue;  // 'Q' before it leaves no loose bits; tested below
            const Decoded decoded = decode_exactly(GetParam(), text);
            const auto expected =
                is_foreign ? std::optional<Fault>({Fault::Reason::foreign_character, offset})
                           : std::nullopt;
            ASSERT_EQ(decoded.fault, expected) << "byte " << byte << " at " << offset;
        }
    }
}

TEST_P(EveryKind, NamesTheFirstOfSeveralForeignBytes) {
    std::string text(256, 'A');
    text[70] = '*';
    text[71] = '-';
    text[200] = '_';
    EXPECT_EQ(decode_exactly(GetParam(), text).fault,
              (Fault{Fault::Reason::foreign_character, 70}));
}

TEST_P(EveryKind, RefusesAPaddingInTheMiddle) {
    EXPECT_EQ(decode_exactly(GetParam(), "Zg==Zg==").fault,
              (Fault{Fault::Reason::foreign_character, 2}));
    EXPECT_EQ(decode_exactly(GetParam(), "Z=9v").fault,
              (Fault{Fault::Reason::foreign_character, 1}));
    EXPECT_EQ(decode_exactly(GetParam(), "====").fault,
              (Fault{Fault::Reason::foreign_character, 0}));
    EXPECT_EQ(decode_exactly(GetParam(), "Z===").fault,
              (Fault{Fault::Reason::foreign_character, 1}));
}

TEST_P(EveryKind, RefusesAMissingPadding) {
    EXPECT_EQ(decode_exactly(GetParam(), "Zg").fault, (Fault{Fault::Reason::cut_short, 2}));
    EXPECT_EQ(decode_exactly(GetParam(), "Zm9vYmE").fault, (Fault{Fault::Reason::cut_short, 7}));
    EXPECT_EQ(decode_exactly(GetParam(), "Zm9vYg=").fault,
              (Fault{Fault::Reason::foreign_character, 6}));
}

TEST_P(EveryKind, RefusesBitsBehindTheLastByte) {
    EXPECT_EQ(decode_exactly(GetParam(), "Zh==").fault, (Fault{Fault::Reason::loose_bits, 1}));
    EXPECT_EQ(decode_exactly(GetParam(), "Zm9vYmF=").fault, (Fault{Fault::Reason::loose_bits, 6}));
}

TEST_P(EveryKind, AgreesWithScalarOnRandomDamage) {
    std::mt19937 random(20260102);
    for (int round = 0; round < 3000; ++round) {
        SCOPED_TRACE("seed 20260102, round " + std::to_string(round));
        std::string text;
        const std::size_t size = random() % 300;
        for (std::size_t i = 0; i < size; ++i)
            text += kAlphabet[random() % kAlphabet.size()];
        for (std::size_t damage = random() % 3; damage > 0 && size > 0; --damage)
            text[random() % size] = static_cast<char>(random() & 0xFF);
        const Decoded expected = decode_exactly(Kind::scalar, text);
        const Decoded found = decode_exactly(GetParam(), text);
        ASSERT_EQ(found.fault, expected.fault) << text;
        if (expected.fault) continue;
        ASSERT_EQ(found.bytes, expected.bytes) << text;
    }
}

TEST_P(EveryKind, WritesNothingBehindItsOutput) {
    for (std::size_t groups = 1; groups < 60; ++groups) {
        const std::string text(groups * 4, 'z');
        const std::size_t size = decoded_size(text);
        std::vector<std::byte> bytes(size + 64, std::byte{0x5A});
        ASSERT_EQ(decode(GetParam(), text, std::span(bytes).first(size)), std::nullopt);
        for (std::size_t i = size; i < bytes.size(); ++i)
            ASSERT_EQ(bytes[i], std::byte{0x5A}) << "groups " << groups << ", byte " << i;
    }
}

TEST(Base64, TakesTheFastestKindByDefault) {
    std::vector<std::byte> bytes(3);
    EXPECT_EQ(decode("Zm9v", bytes), std::nullopt);
    EXPECT_EQ(as_string(bytes), "foo");
    EXPECT_EQ(kinds().front(), Kind::scalar);
}

std::string text_of(std::string_view bytes) {
    return base64::encode(std::as_bytes(std::span(bytes)));
}

// Expected values: RFC 4648, section 10.
TEST(Base64, EncodesTheVectorsOfTheRfc) {
    EXPECT_EQ(text_of(""), "");
    EXPECT_EQ(text_of("f"), "Zg==");
    EXPECT_EQ(text_of("fo"), "Zm8=");
    EXPECT_EQ(text_of("foo"), "Zm9v");
    EXPECT_EQ(text_of("foob"), "Zm9vYg==");
    EXPECT_EQ(text_of("foobar"), "Zm9vYmFy");
    EXPECT_EQ(text_of("\xFB\xFF"), "+/8=");
}

TEST(Base64, DescribesAFaultForAPerson) {
    EXPECT_EQ(describe({Fault::Reason::foreign_character, 1}, "A*AA"), "the byte 0x2A at offset 1");
    EXPECT_EQ(describe({Fault::Reason::cut_short, 3}, "AAA"),
              "a text of 3 characters: cut short, or without its padding");
    EXPECT_EQ(describe({Fault::Reason::loose_bits, 1}, "Zh=="),
              "bits behind the last byte at offset 1");
}

}  // namespace
}  // namespace qr::base64
