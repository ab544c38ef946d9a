#include "host/store/key_ring.h"

#include <gtest/gtest.h>

#include <cstring>

namespace qr {
namespace {

bool is_same(const SecretKey& a, const SecretKey& b) {
    return std::memcmp(a.data(), b.data(), kSecretKeyBytes) == 0;
}

TEST(KeyRing, ComesBackFromItsRecordWithTheKeyThatWrappedIt) {
    const SecretKey by = SecretKey::random();
    KeyRing ring;
    ring.begin_key();
    ring.begin_key();
    const auto back = KeyRing::unwrap(ring.wrap(by), by);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->current(), 2);
    EXPECT_TRUE(is_same(*back->find(1), *ring.find(1)));
    EXPECT_TRUE(is_same(*back->find(2), *ring.find(2)));
    EXPECT_FALSE(is_same(*back->find(1), *back->find(2)));
    EXPECT_EQ(back->find(3), nullptr);
}

TEST(KeyRing, DoesNotOpenWithAnotherKey) {
    KeyRing ring;
    ring.begin_key();
    const auto opened = KeyRing::unwrap(ring.wrap(SecretKey::random()), SecretKey::random());
    EXPECT_EQ(opened.error().code, Code::invalid);
    EXPECT_EQ(opened.error().message.substr(0, 37), "the key does not open this store: its");
}

TEST(KeyRing, SeesEveryFlippedBitAndSwappedKeys) {
    const SecretKey by = SecretKey::random();
    KeyRing ring;
    ring.begin_key();
    ring.begin_key();
    const std::string good = ring.wrap(by);
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        std::string bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(KeyRing::unwrap(bad, by)) << "bit " << bit;
    }
    const std::size_t entry = (good.size() - 1) / 2;
    std::string swapped = good;
    std::swap_ranges(swapped.begin() + 3, swapped.begin() + static_cast<long>(1 + entry),
                     swapped.begin() + static_cast<long>(3 + entry));
    EXPECT_FALSE(KeyRing::unwrap(swapped, by));
    EXPECT_FALSE(KeyRing::unwrap(good.substr(0, 1), by));
    EXPECT_FALSE(KeyRing::unwrap(good.substr(0, good.size() - 1), by));
}

TEST(KeyRing, OfALaterVersionIsRefusedNamingBoth) {
    const auto opened = KeyRing::unwrap("\x02rest", SecretKey::random());
    EXPECT_EQ(opened.error().message, "the store's keys: found version 2, allowed: 1");
}

}  // namespace
}  // namespace qr
