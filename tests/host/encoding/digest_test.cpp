#include "host/encoding/digest.h"

#include <gtest/gtest.h>

#include <array>

namespace qr {
namespace {

TEST(Digest, IsThatOfEachPartBehindItsSize) {
    // printf '\3\0\0\0\0\0\0\0abc' | sha256sum
    constexpr std::array<std::string_view, 1> kParts = {"abc"};
    EXPECT_EQ("ce91dc5eec0139adf091900d225971d6ad246a845bad791b5693a9d0d55dd391",
              sha256_of_parts(kParts));
}

TEST(Digest, TellsPartsApartThatAreTheSameInARow) {
    constexpr std::array<std::string_view, 2> kOne = {"ab", "c"};
    constexpr std::array<std::string_view, 2> kOther = {"a", "bc"};
    EXPECT_NE(sha256_of_parts(kOne), sha256_of_parts(kOther));
}

TEST(Digest, OfPiecesIsThatOfTheirConcatenation) {
    // printf abc | sha256sum
    Sha256 digest;
    digest.add(std::as_bytes(std::span(std::string_view("a"))));
    digest.add({});
    digest.add(std::as_bytes(std::span(std::string_view("bc"))));
    EXPECT_EQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", digest.finish());
}

}  // namespace
}  // namespace qr
