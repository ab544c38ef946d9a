#include "server/dialects/native_tensors.h"

#include <gtest/gtest.h>

#include <array>

namespace qr::native {
namespace {

TEST(TensorTail, HandsOutTensorsOneBehindTheOther) {
    const std::array<std::byte, 12> bytes{};
    TensorTail tail(bytes);
    EXPECT_TRUE(tail.is_present());
    EXPECT_EQ(tail.take(8, json::Path())->data(), bytes.data());
    EXPECT_EQ(tail.take(4, json::Path())->data(), bytes.data() + 8);
    EXPECT_TRUE(tail.finish().ok());
}

TEST(TensorTail, RefusesATensorThatIsNotThere) {
    const std::array<std::byte, 12> bytes{};
    TensorTail tail(bytes);
    const json::Path whole;
    ASSERT_TRUE(tail.take(8, whole).ok());
    const auto taken = tail.take(8, json::Path(whole, "query"));
    ASSERT_FALSE(taken.ok());
    EXPECT_EQ(taken.error().message,
              "/query: found 4 bytes left for this tensor, allowed: 8 bytes");
}

TEST(TensorTail, RefusesBytesThatNobodyDeclared) {
    const std::array<std::byte, 12> bytes{};
    TensorTail tail(bytes);
    ASSERT_TRUE(tail.take(8, json::Path()).ok());
    EXPECT_EQ(tail.finish().error().message,
              "body: found 12 bytes of tensors behind the header, allowed: 8 bytes, as the header "
              "declares");
}

TEST(TensorTail, IsAbsentFromAPayloadOfJsonAlone) {
    const TensorTail tail;
    EXPECT_FALSE(tail.is_present());
    EXPECT_TRUE(tail.finish().ok());
}

}  // namespace
}  // namespace qr::native
