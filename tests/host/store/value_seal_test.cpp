#include "host/store/value_seal.h"

#include <gtest/gtest.h>

#include <cstring>

namespace qr {
namespace {

SecretKey key_of(char byte) {
    SecretKey key;
    std::memset(key.data(), byte, kSecretKeyBytes);
    return key;
}

std::string sealed(std::string_view context, std::string_view value) {
    std::string out = "before";
    seal(key_of('k'), context, value, out);
    EXPECT_EQ(out.substr(0, 6), "before");
    return out.substr(6);
}

TEST(ValueSeal, OpensWithItsKeyAndContextAlone) {
    const std::string with = sealed("context", "value");
    std::string out;
    ASSERT_TRUE(unseal(key_of('k'), "context", with, out));
    EXPECT_EQ(out, "value");
    EXPECT_FALSE(unseal(key_of('l'), "context", with, out));
    EXPECT_FALSE(unseal(key_of('k'), "contex", with, out));
}

TEST(ValueSeal, SealsNothingAndMuch) {
    for (const std::size_t size : {0U, 1U, 16U, 100'000U}) {
        const std::string value(size, 'v');
        std::string out;
        ASSERT_TRUE(unseal(key_of('k'), "", sealed("", value), out));
        EXPECT_EQ(out, value);
    }
}

TEST(ValueSeal, HidesTheValueAndIsNeverTheSameTwice) {
    const std::string value(100, 'v');
    EXPECT_EQ(sealed("", value).find("vvvv"), std::string::npos);
    EXPECT_NE(sealed("", value), sealed("", value));
    EXPECT_EQ(sealed("", value).size(), 100 + kSealNonceBytes + kSealTagBytes);
}

TEST(ValueSeal, SeesEveryFlippedBitAndEveryCut) {
    const std::string good = sealed("context", "value");
    std::string out;
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        std::string bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(unseal(key_of('k'), "context", bad, out)) << "bit " << bit;
    }
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(unseal(key_of('k'), "context", good.substr(0, size), out));
    }
}

// Test case 16 of the specification of GCM, with its nonce, context and tag: what is on the disk is
// AES-256-GCM and no other cipher.
TEST(ValueSeal, OpensWhatTheSpecificationOfGcmSealed) {
    const auto bytes = [](std::string_view hex) {
        std::string text;
        for (std::size_t i = 0; i < hex.size(); i += 2) {
            text += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
        }
        return text;
    };
    SecretKey key;
    const std::string key_bytes =
        bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
    std::memcpy(key.data(), key_bytes.data(), kSecretKeyBytes);
    std::string out;
    ASSERT_TRUE(unseal(key, bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
                       bytes("cafebabefacedbaddecaf888"
                             "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08"
                             "e48590dbb3da7b08b10"
                             "56828838c5f61e6393ba7a0abcc9f662"
                             "76fc6ece0f4e1768cddf8853bb2d551b"),
                       out));
    EXPECT_EQ(out,
              bytes("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c959568"
                    "09532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
}

}  // namespace
}  // namespace qr
