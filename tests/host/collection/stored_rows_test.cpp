#include "host/collection/stored_rows.h"

#include <gtest/gtest.h>

#include <limits>

namespace qr {
namespace {

Result<StoredRows> stored(Dtype storage, const std::vector<float>& numbers, std::size_t dimension) {
    return StoredRows::make({numbers.data(), numbers.size() / dimension, dimension}, dimension,
                            storage);
}

std::string pointer_of(Dtype storage, const std::vector<float>& numbers) {
    const Result<StoredRows> rows = stored(storage, numbers, 2);
    return rows ? "" : rows.error().pointer;
}

TEST(StoredRows, OfFloat32StayWhereTheyAre) {
    const std::vector<float> numbers = {1, 2, 3, 4};
    const StoredRows rows = *stored(Dtype::float32, numbers, 2);
    EXPECT_EQ(rows.rows().data, numbers.data());
    EXPECT_EQ(rows.bytes(1).data(), reinterpret_cast<const std::byte*>(&numbers[2]));
}

TEST(StoredRows, AreWhatTheStorageTypeHoldsExactly) {
    for (const Dtype storage : {Dtype::float16, Dtype::bfloat16}) {
        const StoredRows rows = *stored(storage, {1.0F / 3, -7, 0.1F, 5}, 2);
        std::vector<float> back(2);
        widen(storage, rows.bytes(1), back);
        EXPECT_EQ(rows.rows().row(1)[0], back[0]);
        EXPECT_NE(rows.rows().row(1)[0], 0.1F);
        EXPECT_EQ(rows.rows().row(0)[1], -7);
    }
}

TEST(StoredRows, PointAtTheFirstRowThatCannotBeKept) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    EXPECT_EQ(pointer_of(Dtype::float32, {1, 2, 3, kInfinity}), "/1/vector/1");
    EXPECT_EQ(pointer_of(Dtype::float32, {1, 2, 0, 0}), "/1/vector");
    EXPECT_EQ(pointer_of(Dtype::float16, {70000, 1}), "/0/vector/0");
    EXPECT_EQ(pointer_of(Dtype::float16, {65519, 1}), "");
    EXPECT_EQ(pointer_of(Dtype::bfloat16, {70000, 1}), "");
    EXPECT_EQ(pointer_of(Dtype::float16, {1e-9F, 1e-9F}), "/0/vector");
    EXPECT_EQ(pointer_of(Dtype::float32, {1e-45F, 0}), "");
}

TEST(StoredRows, HaveTheDimensionOfTheCollection) {
    const std::vector<float> numbers = {1, 2, 3};
    const Result<StoredRows> rows = StoredRows::make({numbers.data(), 1, 3}, 4, Dtype::float32);
    ASSERT_FALSE(rows.ok());
    EXPECT_EQ(rows.error().message, "/0/vector: found 3 numbers, allowed: 4");
}

}  // namespace
}  // namespace qr
