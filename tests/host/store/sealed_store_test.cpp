// Over the stand-in, whose values lie open to the test.
#include "host/store/sealed_store.h"

#include <gtest/gtest.h>

#include "host/store/sealed_view.h"
#include "tests/support/stand_in_store.h"

namespace qr {
namespace {

class SealedStoreTest : public testing::Test {
  protected:
    SealedStoreTest() {
        auto opened = SealedStore::open(std::make_unique<test::SharedStandIn>(below_), by_);
        EXPECT_TRUE(opened);
        store_ = std::move(*opened);
    }
    void put(std::string key, std::string value) {
        ASSERT_TRUE(store_->commit({{{Shelf::records, std::move(key), std::move(value)}}}));
    }
    std::string raw(std::string_view key) { return **below_->view()->get(Shelf::records, key); }
    std::string walked() {
        const auto cursor = store_->view()->walk(Shelf::records, {});
        std::string all;
        while (cursor->next())
            all.append(cursor->key()).append("=").append(cursor->value());
        damage_ = cursor->damage();
        return all;
    }

    const std::shared_ptr<test::StandInStore> below_ = std::make_shared<test::StandInStore>();
    const SecretKey by_ = SecretKey::random();
    std::unique_ptr<Store> store_;
    std::vector<StoreDamage> damage_;
};

TEST_F(SealedStoreTest, GivesTheStoreBelowNothingThatReads) {
    put("a", "a value in the clear");
    EXPECT_EQ(raw("a").find("value"), std::string::npos);
    EXPECT_EQ(*store_->view()->get(Shelf::records, "a"), "a value in the clear");
}

TEST_F(SealedStoreTest, NamesAChangedValue) {
    put("a", "1");
    put("b", "2");
    put("c", "3");
    std::string changed = raw("b");
    changed.back() = static_cast<char>(changed.back() ^ 1);
    ASSERT_TRUE(below_->commit({{{Shelf::records, "b", changed}}}));
    EXPECT_EQ(walked(), "a=1c=3");
    ASSERT_EQ(damage_.size(), 1U);
    EXPECT_EQ(damage_[0].key, "b");
    EXPECT_EQ(damage_[0].what, "the sealed value is not as it was written, or not here");
    EXPECT_EQ(store_->view()->get(Shelf::records, "b").error().message,
              "the store's value of 'b' on shelf records is damaged: " + damage_[0].what);
}

TEST_F(SealedStoreTest, SeesValuesThatWereSwapped) {
    put("a", "1");
    put("b", "2");
    const std::string a = raw("a");
    ASSERT_TRUE(below_->commit(
        {{{Shelf::records, "a", raw("b")}, {Shelf::records, "b", a}, {Shelf::vectors, "a", a}}}));
    EXPECT_EQ(walked(), "");
    EXPECT_EQ(damage_.size(), 2U);
    EXPECT_FALSE(store_->view()->get(Shelf::vectors, "a"));
}

TEST_F(SealedStoreTest, PassesDamageOfTheStoreBelowOn) {
    put("a", "1");
    put("b", "2");
    ASSERT_TRUE(below_->damage(Shelf::records, "b"));
    EXPECT_EQ(walked(), "a=1");
    ASSERT_EQ(damage_.size(), 1U);
    EXPECT_EQ(damage_[0].key, "b");
    EXPECT_FALSE(store_->view()->get(Shelf::records, "b"));
}

TEST_F(SealedStoreTest, OpensAgainWithItsKeyAndWithNoOther) {
    put("a", "1");
    const auto again = SealedStore::open(std::make_unique<test::SharedStandIn>(below_), by_);
    EXPECT_EQ(*(*again)->view()->get(Shelf::records, "a"), "1");
    const auto wrong =
        SealedStore::open(std::make_unique<test::SharedStandIn>(below_), SecretKey::random());
    EXPECT_EQ(wrong.error().code, Code::invalid);
}

TEST_F(SealedStoreTest, DoesNotBeginOverValuesInTheClear) {
    const auto clear = std::make_shared<test::StandInStore>();
    ASSERT_TRUE(clear->commit({{{Shelf::vectors, "a", "1"}}}));
    const auto opened = SealedStore::open(std::make_unique<test::SharedStandIn>(clear), by_);
    EXPECT_EQ(opened.error().code, Code::invalid);
    EXPECT_EQ(opened.error().found, "values in the clear");
}

TEST_F(SealedStoreTest, OpensWhatOlderDataKeysSealed) {
    put("a", "1");
    auto keys = KeyRing::unwrap(**below_->view()->get(Shelf::own, kKeysRecord), by_);
    keys->begin_key();
    ASSERT_TRUE(below_->commit({{{Shelf::own, std::string(kKeysRecord), keys->wrap(by_)}}}));
    store_ = std::move(*SealedStore::open(std::make_unique<test::SharedStandIn>(below_), by_));
    put("b", "2");
    EXPECT_EQ(walked(), "a=1b=2");
    EXPECT_EQ(raw("a")[2], 1);
    EXPECT_EQ(raw("b")[2], 2);
}

TEST(SealedValue, OfAnUnknownVersionOrDataKeyIsSaidToBeSo) {
    KeyRing keys;
    keys.begin_key();
    std::string value;
    const std::string sealed = seal_value(keys, Shelf::records, "k", "v");
    const auto what = [&](std::string text) {
        return unseal_value(keys, Shelf::records, "k", text, value).error().message;
    };
    EXPECT_EQ(what(""), "the sealed value is of no version that is known, allowed: 1");
    EXPECT_EQ(what("\x02" + sealed.substr(1)),
              "the sealed value is of no version that is known, allowed: 1");
    std::string other = sealed;
    other[2] = 7;
    EXPECT_EQ(what(other), "the sealed value names data key 7, which this store has not");
}

}  // namespace
}  // namespace qr
