#include "host/cuda/slot_layout.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "tests/host/cuda/small_slots.h"

namespace qr::cuda {
namespace {

using device::PairTable;
using device::PairTask;

class SlotLayout : public testing::Test {
  protected:
    static ScoreTask task(const float* queries, std::size_t query_count, const float* documents,
                          std::size_t document_count, std::size_t dimension) {
        return {.queries = {queries, query_count, dimension},
                .documents = {documents, document_count, dimension}};
    }
    static std::span<const std::byte> bytes_of(const std::vector<float>& floats) {
        return std::as_bytes(std::span(floats));
    }

    const SlotShape shape_ = shape_of(kSmallSlots);
    const std::vector<float> floats_ = std::vector<float>(40'000);
    const float* const at_ = floats_.data();
};

TEST_F(SlotLayout, TheOriginIsAlignedAndHasRoomOnBothSides) {
    EXPECT_EQ(0U, shape_.origin % 256);
    EXPECT_EQ(shape_.origin - 16 * 4 - sizeof(PairTable), shape_.table);
    EXPECT_GE(shape_.table, kSmallSlots.vector_bytes + 16 * sizeof(PairTask));
    EXPECT_EQ(shape_.origin + 4096 * 8, shape_.host_bytes);
    EXPECT_EQ(shape_.host_bytes, shape_.norms);
    EXPECT_EQ(shape_.norms + 2048 * 8, shape_.device_bytes);
}

TEST_F(SlotLayout, ASmallChunkEndsAtTheTableWithoutAGap) {
    const ScoreBatch batch{{task(at_, 1, at_ + 8, 3, 4)}};
    const ChunkLayout layout = lay_out(batch, std::vector<Part>{{0, 0, 1, 0, 3}}, shape_, {});
    EXPECT_EQ(shape_.table - sizeof(PairTask), layout.tasks);
    EXPECT_EQ(layout.tasks - 16 - 48, layout.begin);
    EXPECT_EQ(layout.begin, layout.staged);
    EXPECT_EQ(layout.begin, layout.parts[0].queries.offset);
    EXPECT_EQ(layout.begin + 16, layout.parts[0].documents.offset);
    EXPECT_EQ(shape_.origin - 4, layout.bad_rows);
    EXPECT_EQ(3U, layout.pairs);
}

TEST_F(SlotLayout, EveryMatrixBeginsAtSixteenBytes) {
    const ScoreBatch batch{{task(at_, 1, at_, 3, 1), task(at_, 5, at_, 2, 7)}};
    const std::vector<Part> parts = {{0, 0, 1, 0, 3}, {1, 0, 5, 0, 2}};
    const ChunkLayout layout = lay_out(batch, parts, shape_, {});
    for (const PlacedPart& part : layout.parts) {
        EXPECT_EQ(0U, part.queries.offset % 16);
        EXPECT_EQ(0U, part.documents.offset % 16);
    }
    EXPECT_EQ(3U, layout.parts[1].first_pair);
    EXPECT_EQ(4U, layout.parts[1].first_norm);
    EXPECT_EQ(13U, layout.pairs);
}

TEST_F(SlotLayout, APartViewsItsOwnRowsOfTheTask) {
    const ScoreBatch batch{{task(at_, 9, at_ + 1000, 50, 10)}};
    const ChunkLayout layout = lay_out(batch, std::vector<Part>{{0, 4, 2, 30, 7}}, shape_, {});
    EXPECT_EQ(at_ + 40, layout.parts[0].queries.view.data);
    EXPECT_EQ(2U, layout.parts[0].queries.view.rows);
    EXPECT_EQ(at_ + 1300, layout.parts[0].documents.view.data);
    EXPECT_EQ(280U, layout.parts[0].documents.bytes());
}

TEST_F(SlotLayout, LargeMatricesInPageLockedMemoryComeFirstAndTravelDirectly) {
    const ScoreBatch batch{{task(at_, 1, at_ + 1024, 32, 256), task(at_, 1, at_ + 1024, 31, 256)}};
    const std::vector<Part> parts = {{0, 0, 1, 0, 32}, {1, 0, 1, 0, 31}};
    const ChunkLayout layout = lay_out(batch, parts, shape_, bytes_of(floats_));
    EXPECT_FALSE(layout.parts[0].queries.is_direct);
    EXPECT_TRUE(layout.parts[0].documents.is_direct);   // 32 KiB
    EXPECT_FALSE(layout.parts[1].documents.is_direct);  // less
    EXPECT_EQ(layout.begin, layout.parts[0].documents.offset);
    EXPECT_EQ(layout.begin + 32'768, layout.staged);
    EXPECT_EQ(layout.staged, layout.parts[0].queries.offset);
}

TEST_F(SlotLayout, AMatrixThatReachesOutOfThePageLockedMemoryIsStaged) {
    const ScoreBatch batch{{task(at_, 1, at_ + 1024, 128, 256)}};
    const std::vector<Part> parts = {{0, 0, 1, 0, 128}};
    const auto memory = bytes_of(floats_);
    const std::size_t needed = (1024 + 128 * 256) * sizeof(float);
    EXPECT_TRUE(lay_out(batch, parts, shape_, memory.first(needed)).parts[0].documents.is_direct);
    EXPECT_FALSE(
        lay_out(batch, parts, shape_, memory.first(needed - 1)).parts[0].documents.is_direct);
    EXPECT_FALSE(lay_out(batch, parts, shape_, memory.subspan(4097)).parts[0].documents.is_direct);
}

TEST_F(SlotLayout, TasksPointIntoTheDevicesMemory) {
    const ScoreBatch batch{{task(at_, 1, at_, 3, 4), task(at_, 2, at_, 5, 8)}};
    const std::vector<Part> parts = {{0, 0, 1, 0, 3}, {1, 0, 2, 0, 5}};
    const ChunkLayout layout = lay_out(batch, parts, shape_, {});
    auto* const device = reinterpret_cast<std::byte*>(std::uintptr_t{1} << 20);
    const std::vector<PairTask> tasks = tasks_of(layout, shape_, device);
    ASSERT_EQ(2U, tasks.size());
    const auto offset = [&](const void* pointer) {
        return static_cast<std::size_t>(static_cast<const std::byte*>(pointer) - device);
    };
    EXPECT_EQ(layout.parts[1].queries.offset, offset(tasks[1].queries));
    EXPECT_EQ(layout.parts[1].documents.offset, offset(tasks[1].documents));
    EXPECT_EQ(shape_.norms + 4 * 8, offset(tasks[1].query_norms2));
    EXPECT_EQ(shape_.norms + 6 * 8, offset(tasks[1].document_norms2));
    EXPECT_EQ(shape_.origin + 3 * 8, offset(tasks[1].pairs));
    EXPECT_EQ(shape_.origin - 8, offset(tasks[0].first_bad_row));
    EXPECT_EQ(shape_.origin - 4, offset(tasks[1].first_bad_row));
    EXPECT_EQ(2U, tasks[1].query_count);
    EXPECT_EQ(5U, tasks[1].document_count);
    EXPECT_EQ(8U, tasks[1].dimension);
}

}  // namespace
}  // namespace qr::cuda
