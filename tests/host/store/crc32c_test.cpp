#include "host/store/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace qr {
namespace {

TEST(Crc32c, GivesTheKnownSums) {
    EXPECT_EQ(crc32c(0, "123456789"), 0xE3069283U);  // the check value of its catalogue entry
    EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8A9136AAU);  // RFC 3720, B.4
    EXPECT_EQ(crc32c(0, std::string(32, '\xff')), 0x62A8AB43U);
    EXPECT_EQ(crc32c(0, ""), 0U);
}

TEST(Crc32c, IsTheSameInPieces) {
    EXPECT_EQ(crc32c(crc32c(crc32c(0, "1234"), ""), "56789"), 0xE3069283U);
}

TEST(Crc32c, IsTheSameWithAndWithoutTheInstruction) {
    std::mt19937 random(7);
    std::string bytes;
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(crc32c(5, bytes), crc32c_portable(5, bytes)) << bytes.size() << " bytes";
        bytes += static_cast<char>(random());
    }
}

}  // namespace
}  // namespace qr
