#include "host/collection/engine/table_layout.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(TableLayout, NamesTheFieldThatIsNotAllowed) {
    EXPECT_TRUE(check_layout({.dimension = 1}).ok());
    EXPECT_TRUE(check_layout({.dimension = 65536, .storage = Dtype::bfloat16}).ok());
    EXPECT_EQ("dimension: found 0, allowed: 1..65536",
              check_layout({.dimension = 0}).error().message);
    EXPECT_EQ("dimension: found 65537, allowed: 1..65536",
              check_layout({.dimension = 65537}).error().message);
    const auto storage = check_layout({.dimension = 1, .storage = Dtype::int8});
    EXPECT_EQ("storage: found int8, allowed: float32, float16, bfloat16", storage.error().message);
    EXPECT_EQ("storage", storage.error().pointer);
    EXPECT_EQ(Code::invalid, storage.error().code);
}

TEST(TableLayout, SaysWhoseLimitMemoryMeets) {
    const Error own = no_table_memory(10, 95, 100);
    EXPECT_EQ("collections: 10 bytes more for rows, 95 are taken, allowed: 100", own.message);
    EXPECT_EQ(Code::out_of_memory, own.code);
    EXPECT_EQ("collections: 10 bytes more for rows, which this machine does not have left",
              no_table_memory(10, 95, 0).message);
}

}  // namespace
}  // namespace qr
