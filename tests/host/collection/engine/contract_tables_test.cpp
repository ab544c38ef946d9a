// What a table keeps, gives back and shows to views of different age.
#include "tests/host/collection/engine/contract.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <set>
#include <thread>

namespace qr::test {
namespace {

using EngineTables = EngineContract;

std::vector<float> read(const TableView& view, Slot slot, std::size_t dimension) {
    std::vector<float> row(dimension);
    EXPECT_TRUE(view.read(slot, row).ok());
    return row;
}

TEST_P(EngineTables, GiveBackTheStoredRowsToTheBit) {
    for (const RowKind& kind : row_kinds()) {
        SCOPED_TRACE(kind.name);
        const FilledTable filled = fill(*engine_, kind.make(random_, 100, 37));
        const auto view = filled.table->view();
        for (std::size_t i = 0; i < filled.rows.count(); ++i) {
            const auto row = read(*view, filled.slots[i], 37);
            ASSERT_TRUE(std::ranges::equal(filled.rows.row(i), row)) << "row " << i;
        }
    }
}

TEST_P(EngineTables, GiveBackRowsThatSpanTheirTypesWholeRange) {
    const bool is_narrow = GetParam().storage == Dtype::float16;
    const float largest = is_narrow ? 65504.0F : 0x1.FEp127F;
    const float smallest = is_narrow ? 0x1p-24F : 0x1p-133F;
    const Rows rows{3, {largest, smallest, -largest, smallest, smallest, -smallest}};
    const FilledTable filled = fill(*engine_, rows);
    const auto view = filled.table->view();
    EXPECT_EQ((std::vector<float>{largest, smallest, -largest}), read(*view, filled.slots[0], 3));
    EXPECT_EQ((std::vector<float>{smallest, smallest, -smallest}), read(*view, filled.slots[1], 3));
}

TEST_P(EngineTables, SayWhichScanTheyChose) {
    const auto table = make_table(*engine_, 9);
    EXPECT_EQ(9U, table->layout().dimension);
    EXPECT_EQ(GetParam().storage, table->layout().storage);
    ASSERT_TRUE(table->layout().scan.has_value());
    const Dtype scan = *table->layout().scan;
    EXPECT_EQ(GetParam().scan.value_or(scan), scan);
}

TEST_P(EngineTables, RefuseALayoutThatCannotBe) {
    EXPECT_EQ("dimension", engine_->make_table({.dimension = 0}).error().pointer);
    EXPECT_EQ("storage",
              engine_->make_table({.dimension = 1, .storage = Dtype::int8}).error().pointer);
}

TEST_P(EngineTables, KeepOldViewsAsTheyWere) {
    FilledTable filled = fill(*engine_, gaussian(random_, 100, 12));
    const auto old = filled.table->view();
    const RowMask mask = filled.everything();
    const Rows query = gaussian(random_, 1, 12);
    const std::vector<SearchQuery> asked = {{.vector = query.row(0), .k = 200, .mask = &mask}};
    const auto before = search(*old, asked);
    filled.table->release(filled.slots);
    for (int round = 0; round < 20; ++round) {
        Rows more = stored(GetParam().storage, gaussian(random_, 45, 12));
        const std::vector<std::uint64_t> numbers(45, 5);
        ASSERT_TRUE(filled.table->append({more.view(), numbers}).ok());
    }
    EXPECT_EQ(before[0].hits, search(*old, asked)[0].hits);
    EXPECT_EQ(100U, before[0].hits.size());
}

TEST_P(EngineTables, UseSlotsAgainOnlyWhenNoViewKnowsThem) {
    FilledTable filled = fill(*engine_, gaussian(random_, 96, 4));
    auto old = filled.table->view();
    filled.table->release(filled.slots);
    const std::set<Slot> released(filled.slots.begin(), filled.slots.end());
    const std::vector<std::uint64_t> numbers(96);
    const auto fresh = filled.table->append({filled.rows.view(), numbers});
    ASSERT_TRUE(fresh.ok());
    for (const Slot slot : *fresh)
        EXPECT_FALSE(released.contains(slot));
    old.reset();
    const auto used_again = filled.table->append({filled.rows.view(), numbers});
    ASSERT_TRUE(used_again.ok());
    EXPECT_EQ(released, std::set<Slot>(used_again->begin(), used_again->end()));
}

TEST_P(EngineTables, KeepSlotsForAViewThatWasMadeBeforeTheirBlockGrew) {
    FilledTable filled = fill(*engine_, gaussian(random_, 1, 5));
    const auto old = filled.table->view();
    const Rows more = stored(GetParam().storage, gaussian(random_, 2, 5));
    const std::vector<std::uint64_t> numbers = {7, 8};
    const auto beside = filled.table->append({more.view(), numbers});
    ASSERT_TRUE(beside.ok());
    filled.table->release(*beside);
    filled.table->release(filled.slots);
    for (int round = 0; round < 50; ++round) {
        const auto fresh = filled.table->append({more.view(), numbers});
        ASSERT_TRUE(fresh.ok());
        for (const Slot slot : *fresh)
            ASSERT_NE(slot, filled.slots[0]) << "round " << round;
        filled.table->release(*fresh);
    }
}

TEST_P(EngineTables, TakeNoMoreMemoryForRowsThatComeAndGo) {
    FilledTable filled = fill(*engine_, gaussian(random_, 320, 8));
    const std::vector<std::uint64_t> numbers(320);
    std::vector<Slot> slots = filled.slots;
    const auto exchange = [&] {
        const auto next = filled.table->append({filled.rows.view(), numbers});
        ASSERT_TRUE(next.ok());
        filled.table->release(slots);
        slots = *next;
    };
    exchange();
    const std::size_t bytes = filled.table->memory().bytes;
    for (int round = 0; round < 50; ++round)
        exchange();
    EXPECT_EQ(bytes, filled.table->memory().bytes);
}

TEST_P(EngineTables, TakeTheMemoryThatTheirLayoutSays) {
    const auto table = make_table(*engine_, 96);
    const Rows rows = stored(GetParam().storage, gaussian(random_, 3200, 96));
    const std::vector<std::uint64_t> numbers(3200);
    ASSERT_TRUE(table->append({rows.view(), numbers}).ok());
    const TableMemory memory = table->memory();
    const double reckoned = 3200.0 * static_cast<double>(memory.bytes_per_row);
    EXPECT_LE(0.95 * reckoned, static_cast<double>(memory.bytes));
    EXPECT_GE(1.05 * reckoned + static_cast<double>(memory.step_bytes),
              static_cast<double>(memory.bytes));
    EXPECT_GE(memory.bytes_per_row, 96 * info(GetParam().storage).width);
}

TEST_P(EngineTables, AppendAllOrNothingWithinTheEnginesMemory) {
    const auto engine = make_engine(1, 400'000);
    const auto table = make_table(*engine, 16);
    const Rows rows = stored(GetParam().storage, gaussian(random_, 100'000, 16));
    const std::vector<std::uint64_t> numbers(100'000);
    const auto refused = table->append({rows.view(), numbers});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(Code::out_of_memory, refused.error().code);
    EXPECT_EQ("400000", refused.error().allowed);
    EXPECT_EQ(0U, table->view()->slots());
    const MatrixView few{rows.values.data(), 1000, 16};
    const auto slots = table->append({few, std::span(numbers).first(1000)});
    ASSERT_TRUE(slots.ok()) << slots.error().message;
    const auto other = make_table(*engine, 16);
    EXPECT_FALSE(
        other->append({{rows.values.data(), 10'000, 16}, std::span(numbers).first(10'000)}).ok());
}

// Views are taken and searched while rows come and go; every answer is one of its view's rows.
TEST_P(EngineTables, AreSearchedWhileTheyAreWritten) {
    const auto table = make_table(*engine_, 24);
    const Rows rows = stored(GetParam().storage, gaussian(random_, 64, 24));
    const Rows query = gaussian(random_, 4, 24);
    std::atomic<bool> is_done{false};
    std::atomic<int> searches{0};
    const auto keep_searching = [&] {
        while (!is_done.load()) {
            const auto view = table->view();
            const RowMask mask((view->slots() + 63) / 64, 0x0FFF'FFFF'0FFF'FFFF);
            std::vector<SearchQuery> asked;
            for (std::size_t q = 0; q < 4; ++q)
                asked.push_back({.vector = query.row(q), .k = 5, .mask = &mask});
            const auto first = search(*view, asked);
            EXPECT_EQ(first[0].hits, search(*view, asked)[0].hits);
            searches.fetch_add(1);
        }
    };
    std::thread one(keep_searching), other(keep_searching);
    std::vector<std::vector<Slot>> alive;
    int seen = -1;  // searches; once there are rounds enough, rows wait for them
    const std::uint64_t rounds = is_emulated() ? 40 : 200;
    const int wanted = is_emulated() ? 6 : 20;
    for (std::uint64_t round = 0; round < rounds || searches.load() < wanted; ++round) {
        if (round >= rounds && searches.load() == seen) {
            std::this_thread::yield();
            continue;
        }
        seen = searches.load();
        const std::vector<std::uint64_t> numbers(1 + round % 64, round);
        const auto slots = table->append({{rows.values.data(), numbers.size(), 24}, numbers});
        ASSERT_TRUE(slots.ok());
        alive.push_back(*slots);
        if (alive.size() < 8) continue;
        table->release(alive.front());
        alive.erase(alive.begin());
    }
    is_done.store(true);
    one.join();
    other.join();
}

CONTRACTED_ENGINES(EngineTables);

}  // namespace
}  // namespace qr::test
