#include "host/store/frame.h"

#include <gtest/gtest.h>

#include <string>

namespace qr {
namespace {

std::string framed(std::string_view key, std::string_view value) {
    const auto header = frame_header(Shelf::vectors, key, value);
    return std::string(header.begin(), header.end()).append(value);
}

TEST(Frame, GivesBackTheValue) {
    EXPECT_EQ(unframe(Shelf::vectors, "key", framed("key", "value")).value(), "value");
    EXPECT_EQ(unframe(Shelf::vectors, "key", framed("key", "")).value(), "");
}

// Stores that exist have these bytes on their disks.
TEST(Frame, KeepsItsFormat) {
    EXPECT_EQ(framed("key", "value"),
              std::string("\x01\0\0\0\xD6\x35\xBF\x40value", kFrameBytes + 5));
}

TEST(Frame, SeesEveryFlippedBit) {
    const std::string good = framed("key", "value");
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        std::string bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(unframe(Shelf::vectors, "key", bad)) << "bit " << bit;
    }
}

TEST(Frame, SeesAValueUnderAnotherKeyOrOnAnotherShelf) {
    const std::string good = framed("key", "value");
    EXPECT_EQ(unframe(Shelf::vectors, "kez", good).error().message,
              "the value does not match its checksum");
    EXPECT_FALSE(unframe(Shelf::records, "key", good));
    EXPECT_FALSE(unframe(Shelf::vectors, "ke", framed("key", "value")));
}

TEST(Frame, SaysWhatIsTooShort) {
    EXPECT_EQ(unframe(Shelf::vectors, "key", "1234567").error().message,
              "the value has 7 bytes, less than its frame");
}

}  // namespace
}  // namespace qr
