#include "host/store/batch_check.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

StoreBatch of(std::string key, std::optional<std::string> value) {
    return {{{.shelf = Shelf::records, .key = "fine", .value = "fine"},
             {.shelf = Shelf::records, .key = std::move(key), .value = std::move(value)}}};
}

TEST(BatchCheck, TakesKeysAndValuesUpToTheirBounds) {
    EXPECT_TRUE(check_batch(of(std::string(kStoreKeyBytesMax, 'k'), std::string(10, 'v')), 10));
    EXPECT_TRUE(check_batch(of("k", ""), 10));
    EXPECT_TRUE(check_batch(of("k", std::nullopt), 10));
    EXPECT_TRUE(check_batch({}, 10));
}

TEST(BatchCheck, NamesTheKeyThatIsTooLongOrEmpty) {
    EXPECT_EQ(check_batch(of(std::string(1025, 'k'), "v"), 10).error().message,
              "write 1 of a batch: its key has 1025 bytes, allowed: 1 to 1024");
    EXPECT_EQ(check_batch(of("", "v"), 10).error().message,
              "write 1 of a batch: its key has 0 bytes, allowed: 1 to 1024");
}

TEST(BatchCheck, NamesTheValueThatIsTooLong) {
    const auto checked = check_batch(of("k", std::string(11, 'v')), 10);
    EXPECT_EQ(checked.error().message,
              "write 1 of a batch: its value has 11 bytes, allowed: 0 to 10");
    EXPECT_EQ(checked.error().code, Code::internal);
}

TEST(Shelf, HasAName) {
    EXPECT_EQ(to_string(Shelf::records), "records");
    EXPECT_EQ(to_string(Shelf::vectors), "vectors");
    EXPECT_EQ(to_string(Shelf::own), "own");
}

}  // namespace
}  // namespace qr
