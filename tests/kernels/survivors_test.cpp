#include "kernels/survivors.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "kernels/rescore_stored.h"
#include "tests/kernels/kernel_fixture.h"

namespace qr::device {
namespace {

constexpr float kNone = -std::numeric_limits<float>::infinity();
// key_bound() of these residuals in this dimension is exact in float32.
constexpr float kQueryResidual = 0, kRowResidual = 0x1p-10F;
constexpr unsigned kDimension = 8;
constexpr float kBound = 0x1p-10F + 0x1p-20F + 0x1p-20F;
constexpr float kUntouched = -7;  // unwritten()

struct Survivor {
    float key;
    unsigned row;
    friend bool operator==(const Survivor&, const Survivor&) = default;
};

// Best first.
bool comes_before(const Survivor& a, const Survivor& b) {
    return a.key != b.key ? a.key > b.key : a.row < b.row;
}

struct Scores {
    std::vector<float> overlaps;  // [query, row]
    unsigned queries = 1;
    std::vector<float> lengths = {};  // none: unit rows
    ScanKind kind = ScanKind::unit_rows;
    bool has_peaks = false;

    unsigned rows() const { return static_cast<unsigned>(overlaps.size()) / queries; }
};

class Survivors : public KernelTest {
  protected:
    // Lists on the device, a query each, with room for `capacity`.
    struct Lists {
        Lists(const std::vector<float>& taus, unsigned room)
            : counts(std::vector<unsigned>(taus.size(), 0)),
              thresholds(taus),
              keys(std::vector<float>(taus.size() * room, kUntouched)),
              rows(std::vector<unsigned>(taus.size() * room, 7777)),
              capacity(room) {}

        SurvivorLists lists() const {
            return {counts.data(), thresholds.data(), keys.data(), rows.data(), capacity};
        }
        // Of a query, best first.
        std::vector<Survivor> survivors(unsigned query) const {
            std::vector<Survivor> all;
            const unsigned count = std::min(counts.values()[query], capacity);
            const std::vector<float> key = keys.values();
            const std::vector<unsigned> row = rows.values();
            for (unsigned i = 0; i < count; ++i)
                all.push_back({key[query * capacity + i], row[query * capacity + i]});
            std::ranges::sort(all, comes_before);
            return all;
        }

        const DeviceArray<unsigned> counts;
        const DeviceArray<float> thresholds, keys;
        const DeviceArray<unsigned> rows;
        const unsigned capacity;
    };

    void append(const Scores& scores, const std::vector<ScanQuery>& queries,
                const std::vector<std::uint32_t>& masks, const Lists& lists,
                unsigned first_row = 0) {
        const DeviceArray<float> overlaps(scores.overlaps), peaks(peaks_of_all(scores, queries));
        const DeviceArray<float> lengths(scores.lengths.empty() ? std::vector<float>(1)
                                                                : scores.lengths);
        const DeviceArray<std::uint32_t> mask_memory(masks);
        const DeviceArray<ScanQuery> query_memory(queries);
        const DeviceArray<float> residuals(std::vector<float>(queries.size(), kQueryResidual));
        EXPECT_EQ(cudaSuccess,
                  append_survivors({.overlaps = overlaps.data(),
                                    .peaks = scores.has_peaks ? peaks.data() : nullptr,
                                    .lengths = scores.lengths.empty() ? nullptr : lengths.data(),
                                    .masks = mask_memory.data(),
                                    .mask_words = mask_words_,
                                    .queries = query_memory.data(),
                                    .query_residuals = residuals.data(),
                                    .lists = lists.lists(),
                                    .row_residual_max = kRowResidual,
                                    .dimension = kDimension,
                                    .query_count = scores.queries,
                                    .first_row = first_row,
                                    .row_count = scores.rows(),
                                    .kind = scores.kind},
                                   stream_));
        finish();
    }
    std::vector<float> peaks_of_all(const Scores& scores, const std::vector<ScanQuery>& queries) {
        const bool is_narrow = std::ranges::all_of(
            queries, [](const ScanQuery& query) { return query.rank == Rank::by_score; });
        std::vector<float> peaks;
        for (unsigned q = 0; q < scores.queries; ++q) {
            for (unsigned begin = 0; begin < scores.rows(); begin += kPeakColumns) {
                float peak = kNone;
                for (unsigned r = begin; r < std::min(begin + kPeakColumns, scores.rows()); ++r)
                    peak = std::max(peak, ranked(scores.overlaps[q * scores.rows() + r],
                                                 is_narrow ? Rank::by_score : Rank::by_magnitude));
                peaks.push_back(peak);
            }
        }
        return peaks;
    }
    std::vector<float> random_overlaps(std::size_t count) {
        std::vector<float> overlaps;
        for (std::size_t i = 0; i < count; ++i)
            overlaps.push_back(static_cast<float>(random_() % 2001) / 1000 - 1);
        return overlaps;
    }
    // What must survive, by the definitions.
    std::vector<Survivor> expected(const Scores& scores, const ScanQuery& query, unsigned q,
                                   const std::vector<std::uint32_t>& masks, float tau,
                                   unsigned first_row = 0) const {
        std::vector<Survivor> all;
        for (unsigned r = 0; r < scores.rows(); ++r) {
            const unsigned row = first_row + r;
            const std::uint32_t word = masks[query.mask * mask_words_ + row / 32];
            const float overlap = scores.overlaps[q * scores.rows() + r];
            const float length = scores.lengths.empty() ? 1 : scores.lengths[r];
            const float estimate = scores.kind == ScanKind::same_rows ? overlap / length : overlap;
            float key = ranked(estimate, query.rank) + kBound;
            if (query.is_dot) key *= length;
            if (std::isinf(length)) key = INFINITY;
            if ((word >> row % 32 & 1) != 0 && key >= tau) all.push_back({key, row});
        }
        std::ranges::sort(all, comes_before);
        return all;
    }

    std::size_t mask_words_ = 1;
};

TEST_P(Survivors, AreRowsWhoseKeyReachesTheThreshold) {
    const Lists lists({0.5F}, 8);
    append({.overlaps = {0.4F, 0.5F, -0.9F, 0.5F - kBound, 0.9F, 0.49F}}, {{}}, {0b111111}, lists);
    const std::vector<Survivor> kept = {{0.9F + kBound, 4}, {0.5F + kBound, 1}, {0.5F, 3}};
    EXPECT_EQ(kept, lists.survivors(0));
    EXPECT_EQ(kUntouched, lists.keys.values()[3]);
}

TEST_P(Survivors, AreOfTheRowsThatTheMaskHas) {
    const Lists lists({kNone}, 8);
    append({.overlaps = {1, 1, 1, 1}}, {{}}, {0b0101}, lists);
    EXPECT_EQ((std::vector<Survivor>{{1 + kBound, 0}, {1 + kBound, 2}}), lists.survivors(0));
}

TEST_P(Survivors, RankByMagnitudeWhereTheQueryDoes) {
    const Lists lists({0.5F}, 8);
    append({.overlaps = {0.4F, -0.75F}}, {{.rank = Rank::by_magnitude}}, {0b11}, lists);
    EXPECT_EQ((std::vector<Survivor>{{0.75F + kBound, 1}}), lists.survivors(0));
}

TEST_P(Survivors, AreTheSameOfAnyShapeWithPeaksAndWithout) {
    mask_words_ = 160;
    std::vector<std::uint32_t> masks(3 * mask_words_, ~0U);
    for (std::size_t i = mask_words_; i < masks.size(); ++i)
        masks[i] = i % 3 == 0 ? 0 : static_cast<std::uint32_t>(random_() & random_());
    const std::vector<ScanQuery> queries = {{.mask = 1}, {.mask = 0}, {.mask = 2}};
    const std::vector<float> taus = {0.9F, 0.999F, kNone};
    for (const unsigned rows : {1U, 31U, 33U, 1024U, 1025U, 4999U}) {
        for (const bool has_peaks : {false, true}) {
            const Scores scores{
                .overlaps = random_overlaps(3 * rows), .queries = 3, .has_peaks = has_peaks};
            const Lists lists(taus, 5000);
            append(scores, queries, masks, lists, 64);
            for (unsigned q = 0; q < 3; ++q)
                EXPECT_EQ(expected(scores, queries[q], q, masks, taus[q], 64), lists.survivors(q))
                    << rows << " rows, query " << q;
        }
    }
}

TEST_P(Survivors, AreFoundInStretchesWhosePeakTheBoundAloneLetsPass) {
    const Lists lists({0.5F}, 4);
    append({.overlaps = {0.1F, 0.5F - kBound, 0.2F}, .has_peaks = true}, {{}}, {0b111}, lists);
    EXPECT_EQ((std::vector<Survivor>{{0.5F, 1}}), lists.survivors(0));
}

TEST_P(Survivors, OfMixedRanksMayHavePeaksOfMagnitudes) {
    mask_words_ = 4;
    const std::vector<ScanQuery> queries = {{.rank = Rank::by_magnitude}, {}};
    const Scores scores{.overlaps = random_overlaps(256), .queries = 2, .has_peaks = true};
    const Lists lists({0.8F, 0.8F}, 128);
    const std::vector<std::uint32_t> all(4, ~0U);
    append(scores, queries, all, lists);
    for (unsigned q = 0; q < 2; ++q)
        EXPECT_EQ(expected(scores, queries[q], q, all, 0.8F), lists.survivors(q));
}

TEST_P(Survivors, TakeLengthsIntoAccountInEveryKindOfScan) {
    mask_words_ = 4;
    const std::vector<std::uint32_t> all(4, ~0U);
    std::vector<float> lengths;
    for (std::size_t i = 0; i < 100; ++i)
        lengths.push_back(static_cast<float>(1 + random_() % 64) / 8);
    lengths[17] = INFINITY;
    const std::vector<ScanQuery> queries = {{.is_dot = true}, {}};
    for (const ScanKind kind : {ScanKind::unit_rows, ScanKind::same_rows}) {
        const Scores scores{
            .overlaps = random_overlaps(200), .queries = 2, .lengths = lengths, .kind = kind};
        const Lists lists({0.7F, 0.7F}, 128);
        append(scores, queries, all, lists);
        for (unsigned q = 0; q < 2; ++q) {
            EXPECT_EQ(expected(scores, queries[q], q, all, 0.7F), lists.survivors(q));
            EXPECT_EQ((Survivor{INFINITY, 17}), lists.survivors(q).front());
        }
    }
}

TEST_P(Survivors, IncludeRowsWhoseOverlapIsNoNumber) {
    const Lists lists({0.5F}, 4);
    append({.overlaps = {NAN, 0.1F}}, {{}}, {0b11}, lists);
    EXPECT_EQ((std::vector<Survivor>{{INFINITY, 0}}), lists.survivors(0));
}

TEST_P(Survivors, BeyondTheCapacityAreCountedAndNotWritten) {
    mask_words_ = 32;
    const Lists lists({kNone, 0.5F}, 100);
    std::vector<float> overlaps(1000, 0.25F);
    overlaps.resize(2000, 0.75F);
    append({.overlaps = overlaps, .queries = 2}, {{}, {}}, std::vector<std::uint32_t>(32, ~0U),
           lists);
    EXPECT_THAT(lists.counts.values(), testing::ElementsAre(1000, 1000));
    EXPECT_EQ(100U, lists.survivors(0).size());
    for (const Survivor& survivor : lists.survivors(0))
        EXPECT_EQ(0.25F + kBound, survivor.key);  // nobody wrote into another query's list
}

TEST_P(Survivors, OfNothingAreNone) {
    EXPECT_EQ(cudaSuccess, append_survivors(AppendTask{}, stream_));
    EXPECT_EQ(cudaErrorInvalidConfiguration,
              append_survivors({.query_count = kAppendQueriesMax + 1, .row_count = 1}, stream_));
    EXPECT_EQ(cudaSuccess, cut_survivors({}, stream_));
    EXPECT_EQ(cudaSuccess, list_survivors({}, stream_));
}

class Selection : public Survivors {
  protected:
    // Lists of these survivors, in an order of chance, and what selection makes of them.
    struct Selected {
        std::vector<std::vector<Survivor>> lists;
        std::vector<float> thresholds;
        std::vector<unsigned> ids;
    };
    Selected select(std::vector<std::vector<Survivor>> survivors,
                    const std::vector<unsigned>& wanted, unsigned stride,
                    std::optional<unsigned> limit) {
        constexpr unsigned kCapacity = 6000;
        std::vector<float> keys;
        std::vector<unsigned> rows, counts;
        std::vector<ScanQuery> queries;
        for (std::size_t q = 0; q < survivors.size(); ++q) {
            std::shuffle(survivors[q].begin(), survivors[q].end(), random_);
            counts.push_back(static_cast<unsigned>(survivors[q].size()));
            queries.push_back({.wanted = wanted[q]});
            for (const Survivor& survivor : survivors[q]) {
                keys.push_back(survivor.key);
                rows.push_back(survivor.row);
            }
            keys.resize((q + 1) * kCapacity, kUntouched);
            rows.resize((q + 1) * kCapacity, 7777);
        }
        const Lists room(std::vector<float>(survivors.size(), 0.125F), 1);
        const DeviceArray<float> key_memory(keys), thresholds(room.thresholds.values());
        const DeviceArray<unsigned> row_memory(rows), count_memory(counts);
        const DeviceArray<ScanQuery> query_memory(queries);
        const auto ids = unwritten<unsigned>(survivors.size() * stride);
        const auto listed_keys = unwritten<float>(survivors.size() * stride);
        const SelectTask task{.queries = query_memory.data(),
                              .lists = {count_memory.data(), thresholds.data(), key_memory.data(),
                                        row_memory.data(), kCapacity},
                              .ids = ids.data(),
                              .keys = listed_keys.data(),
                              .stride = stride,
                              .query_count = static_cast<unsigned>(survivors.size()),
                              .limit = limit.value_or(0)};
        EXPECT_EQ(cudaSuccess,
                  limit ? cut_survivors(task, stream_) : list_survivors(task, stream_));
        finish();
        Selected selected{{}, thresholds.values(), ids.values()};
        const std::vector<float> left_keys = key_memory.values();
        const std::vector<unsigned> left_rows = row_memory.values();
        for (std::size_t q = 0; q < survivors.size(); ++q) {
            selected.lists.emplace_back();
            for (unsigned i = 0; i < count_memory.values()[q]; ++i)
                selected.lists.back().push_back(
                    {left_keys[q * kCapacity + i], left_rows[q * kCapacity + i]});
            std::ranges::sort(selected.lists.back(), comes_before);
        }
        return selected;
    }
    std::vector<Survivor> random_survivors(std::size_t count, unsigned different) {
        std::vector<Survivor> survivors;
        for (unsigned row = 0; row < count; ++row)
            survivors.push_back({static_cast<float>(random_() % different) / 64 - 1, row * 3 + 1});
        std::ranges::sort(survivors, comes_before);
        return survivors;
    }
    static std::vector<Survivor> first(const std::vector<Survivor>& all, std::size_t count) {
        return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)};
    }
};

TEST_P(Selection, CutsALongListToTheBestByKeyThenByRow) {
    for (const std::size_t count : {11U, 700U, 4096U, 6000U}) {
        for (const unsigned different : {1U, 3U, 5000U}) {
            const auto all = random_survivors(count, different);
            const Selected selected = select({all}, {10}, 12, 10);
            EXPECT_EQ(first(all, 10), selected.lists[0]) << count << " of " << different;
            EXPECT_EQ(all[9].key, selected.thresholds[0]);
        }
    }
}

TEST_P(Selection, LeavesListsAloneThatAreNotBeyondTheLimit) {
    const auto few = random_survivors(50, 100), many = random_survivors(51, 100);
    const Selected selected = select({few, many}, {10, 20}, 20, 50);
    EXPECT_EQ(few, selected.lists[0]);
    EXPECT_EQ(0.125F, selected.thresholds[0]);
    EXPECT_EQ(first(many, 20), selected.lists[1]);
    EXPECT_EQ(many[19].key, selected.thresholds[1]);
}

TEST_P(Selection, ListsTheWantedAndFillsUpBehindThem) {
    const auto few = random_survivors(3, 100), many = random_survivors(5000, 100);
    const Selected selected = select({few, many, {}}, {8, 6, 8}, 8, std::nullopt);
    const auto ids_of = [&](std::size_t query) {
        return std::vector<unsigned>(
            selected.ids.begin() + static_cast<std::ptrdiff_t>(query * 8),
            selected.ids.begin() + static_cast<std::ptrdiff_t>(query * 8 + 8));
    };
    EXPECT_THAT(ids_of(0), testing::UnorderedElementsAre(few[0].row, few[1].row, few[2].row, kNoId,
                                                         kNoId, kNoId, kNoId, kNoId));
    EXPECT_EQ(0.125F, selected.thresholds[0]);
    EXPECT_THAT(ids_of(1),
                testing::UnorderedElementsAre(many[0].row, many[1].row, many[2].row, many[3].row,
                                              many[4].row, many[5].row, kNoId, kNoId));
    EXPECT_EQ(many[5].key, selected.thresholds[1]);
    EXPECT_THAT(ids_of(2), testing::Each(kNoId));
}

TEST_P(Selection, PutsInfiniteKeysFirst) {
    const Selected selected = select({{{1, 5}, {INFINITY, 9}, {INFINITY, 2}, {-2, 1}}}, {2}, 2, 2);
    EXPECT_EQ((std::vector<Survivor>{{INFINITY, 2}, {INFINITY, 9}}), selected.lists[0]);
    EXPECT_EQ(INFINITY, selected.thresholds[0]);
}

IN_EVERY_ORDER(Survivors);
IN_EVERY_ORDER(Selection);

}  // namespace
}  // namespace qr::device
