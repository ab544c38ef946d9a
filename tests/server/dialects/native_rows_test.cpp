#include "server/dialects/native_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "payloads.h"

namespace qr::native {
namespace {

void append(RowStore& rows, const std::vector<float>& row) {
    std::ranges::copy(row, rows.open(row.size()).begin());
    rows.commit(1, row.size());
}

std::span<const std::byte> bytes_at(const std::vector<float>& numbers, std::size_t first,
                                    std::size_t count) {
    return std::as_bytes(std::span(numbers).subspan(first, count));
}

TEST(RowStore, KeepsRowsInTheOrderTheyCame) {
    RowStore rows(test_buffers(), 0);
    append(rows, {1, 2});
    append(rows, {3, 4});
    EXPECT_EQ(rows.rows(), 2U);
    EXPECT_EQ(rows.dimension(), 2U);
    EXPECT_EQ(floats_of(rows.view()), (std::vector<float>{1, 2, 3, 4}));
}

TEST(RowStore, GrowsWithoutLosingRows) {
    RowStore rows(test_buffers(), 0);
    std::vector<float> expected;
    for (int i = 0; i < 5000; ++i) {
        const auto number = static_cast<float>(i);
        append(rows, {number, -number});
        expected.push_back(number);
        expected.push_back(-number);
    }
    EXPECT_EQ(floats_of(rows.view()), expected);
}

TEST(RowStore, ForgetsAnOpenedRowThatIsNotCommitted) {
    RowStore rows(test_buffers(), 0);
    append(rows, {1});
    rows.open(100)[0] = 9;
    append(rows, {2});
    EXPECT_EQ(floats_of(rows.view()), (std::vector<float>{1, 2}));
}

TEST(RowStore, LooksAtAlignedTensorsWhereTheyLie) {
    const std::vector<float> tensor = {1, 2, 3, 4};
    RowStore rows(test_buffers(), 0);
    rows.add(bytes_at(tensor, 0, 2), 1, 2);
    rows.add(bytes_at(tensor, 2, 2), 1, 2);
    EXPECT_TRUE(rows.is_borrowed());
    EXPECT_EQ(rows.view().data, tensor.data());
    EXPECT_EQ(rows.rows(), 2U);
}

TEST(RowStore, CopiesATensorThatLiesAcrossAlignment) {
    const std::vector<float> tensor = {1, 2};
    std::vector<std::byte> bytes(9);
    std::memcpy(bytes.data() + 1, tensor.data(), 8);
    RowStore rows(test_buffers(), 0);
    rows.add(std::span(bytes).subspan(1), 1, 2);
    EXPECT_FALSE(rows.is_borrowed());
    EXPECT_EQ(floats_of(rows.view()), tensor);
}

TEST(RowStore, CopiesWhenATensorDoesNotContinueTheOneBefore) {
    const std::vector<float> tensor = {1, 2, 3, 4, 5, 6};
    RowStore rows(test_buffers(), 0);
    rows.add(bytes_at(tensor, 0, 2), 1, 2);
    rows.add(bytes_at(tensor, 4, 2), 1, 2);
    EXPECT_FALSE(rows.is_borrowed());
    EXPECT_EQ(floats_of(rows.view()), (std::vector<float>{1, 2, 5, 6}));
}

TEST(RowStore, MixesTensorsAndNumbers) {
    const std::vector<float> tensor = {1, 2};
    RowStore rows(test_buffers(), 0);
    rows.add(bytes_at(tensor, 0, 2), 1, 2);
    append(rows, {3, 4});
    rows.add(bytes_at(tensor, 0, 2), 1, 2);
    EXPECT_EQ(floats_of(rows.view()), (std::vector<float>{1, 2, 3, 4, 1, 2}));
}

TEST(RowStore, LiesInStagingMemoryWhileThereIsRoom) {
    std::vector<std::byte> memory(std::size_t{128} << 10);
    BufferPool buffers(0);
    buffers.stage_in(memory, nullptr);
    RowStore rows(buffers, 100'000);
    append(rows, std::vector<float>(20'000, 3));
    EXPECT_EQ(static_cast<const void*>(memory.data()), rows.view().data);
    append(rows, std::vector<float>(20'000, 4));
    EXPECT_NE(static_cast<const void*>(memory.data()), rows.view().data);
    EXPECT_EQ(3, rows.view().row(0)[19'999]);
    EXPECT_EQ(0U, buffers.staging().lent_bytes);
}

}  // namespace
}  // namespace qr::native
