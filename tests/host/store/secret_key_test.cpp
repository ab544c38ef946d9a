#include "host/store/secret_key.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/host/store/store_files.h"

namespace qr {
namespace {

class KeyFile : public testing::Test {
  protected:
    Result<SecretKey> read(const std::string& text, mode_t mode = 0600) {
        return read_key_file(test::write_key_file(file_, text, mode));
    }
    std::string found(const std::string& text, mode_t mode = 0600) {
        return read(text, mode).error().found;
    }

    test::TemporaryFolder folder_;
    std::filesystem::path file_ = folder_.path() / "key";
};

TEST_F(KeyFile, IsThirtyTwoBytesOrTheirHexadecimalDigits) {
    const std::string bytes("\x00\x01\xfe\xff", 4);
    std::string raw;
    std::string digits;
    for (int i = 0; i < 8; ++i) {
        raw += bytes;
        digits += i % 2 == 0 ? "0001feff" : "0001FEFF";
    }
    const SecretKey expected = read(raw).value();
    EXPECT_EQ(std::memcmp(expected.data(), raw.data(), kSecretKeyBytes), 0);
    for (const char* end : {"", "\n", "\r\n"}) {
        EXPECT_EQ(std::memcmp(read(digits + end).value().data(), raw.data(), kSecretKeyBytes), 0);
    }
}

TEST_F(KeyFile, OfAnotherFormIsRefused) {
    EXPECT_EQ(found(""), "0 bytes");
    EXPECT_EQ(found(std::string(31, 'k')), "31 bytes");
    EXPECT_EQ(found(std::string(65, 'a')), "65 bytes");
    EXPECT_EQ(found(std::string(1'000, 'a')), "more than 66 bytes");
    EXPECT_EQ(found(std::string(63, 'a') + "g"), "64 characters that are not all digits");
}

TEST_F(KeyFile, ThatEverybodyMayReadIsRefused) {
    EXPECT_EQ(found(std::string(32, 'k'), 0644), "mode 0644");
    EXPECT_EQ(found(std::string(32, 'k'), 0601), "mode 0601");
    EXPECT_TRUE(read(std::string(32, 'k'), 0640));
    EXPECT_TRUE(read(std::string(32, 'k'), 0400));
}

TEST_F(KeyFile, ThatIsMissingIsNamedAndNoContentEver) {
    const auto missing = read_key_file(folder_.path() / "none");
    EXPECT_EQ(missing.error().code, Code::invalid);
    EXPECT_EQ(missing.error().message,
              "key file " + (folder_.path() / "none").string() +
                  ": found No such file or directory, allowed: a file that can be read");
    const std::string secret = "not to be seen in any message";
    EXPECT_EQ(read(secret).error().message.find(secret), std::string::npos);
}

TEST_F(KeyFile, ThatIsMadeReadsBackAndIsNeverMadeOverAnother) {
    ASSERT_TRUE(make_key_file(file_).ok());
    const std::string text = test::bytes_of(file_);
    EXPECT_EQ(text.size(), 65U);
    EXPECT_EQ(text.find_first_not_of("0123456789abcdef"), 64U);
    EXPECT_EQ(text.back(), '\n');
    EXPECT_TRUE(read_key_file(file_).ok());
    EXPECT_EQ(make_key_file(file_).error().code, Code::conflict);
    EXPECT_EQ(test::bytes_of(file_), text);
    const std::filesystem::path other = folder_.path() / "other";
    ASSERT_TRUE(make_key_file(other).ok());
    EXPECT_FALSE(*read_key_file(other) == *read_key_file(file_));
}

TEST_F(KeyFile, ThatCannotBeMadeIsNamed) {
    const auto made = make_key_file(folder_.path() / "none" / "key");
    EXPECT_EQ(made.error().code, Code::invalid);
    EXPECT_EQ(made.error().found, "No such file or directory");
}

TEST(SecretKey, RandomOnesDiffer) {
    const SecretKey first = SecretKey::random();
    const SecretKey second = SecretKey::random();
    EXPECT_NE(std::memcmp(first.data(), second.data(), kSecretKeyBytes), 0);
}

}  // namespace
}  // namespace qr
