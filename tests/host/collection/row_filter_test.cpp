#include "host/collection/row_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "host/collection/row_mask.h"

namespace qr {
namespace {

struct Rows {
    TagSets tags;
    NumberColumns numbers;
    RowMask alive;
    std::vector<DocumentFields> fields;

    void add(const DocumentFields& row) {
        const auto slot = static_cast<Slot>(fields.size());
        tags.add(slot, row.tags);
        numbers.set(slot, row.numbers);
        alive.resize(slot / 64 + 1);
        alive[slot / 64] |= std::uint64_t{1} << slot % 64;
        fields.push_back(row);
    }
    std::vector<Slot> passing(const Filter& filter) const {
        return slots_of(filtered(filter, alive, tags, numbers));
    }
};

Rows three_rows() {
    Rows rows;
    rows.add({.tags = {"red", "big"}, .numbers = {{"price", 1}}});
    rows.add({.tags = {"red"}, .numbers = {{"price", 2}, {"year", 1990}}});
    rows.add({.tags = {"blue"}, .numbers = {}});
    return rows;
}

using Slots = std::vector<Slot>;

TEST(RowFilter, AsksForTags) {
    const Rows rows = three_rows();
    EXPECT_EQ(rows.passing({}), (Slots{0, 1, 2}));
    EXPECT_EQ(rows.passing({.all_tags = {"red"}}), (Slots{0, 1}));
    EXPECT_EQ(rows.passing({.all_tags = {"red", "big"}}), (Slots{0}));
    EXPECT_EQ(rows.passing({.all_tags = {"red", "none"}}), (Slots{}));
    EXPECT_EQ(rows.passing({.any_tags = {"big", "blue", "none"}}), (Slots{0, 2}));
    EXPECT_EQ(rows.passing({.any_tags = {"none"}}), (Slots{}));
    EXPECT_EQ(rows.passing({.all_tags = {"red"}, .any_tags = {"big", "blue"}}), (Slots{0}));
    EXPECT_EQ(rows.passing({.no_tags = {"big", "none"}}), (Slots{1, 2}));
}

TEST(RowFilter, AsksForNumbersInclusiveAndExclusive) {
    const Rows rows = three_rows();
    const auto price = [&](const NumberRange& range) {
        return rows.passing({.numbers = {{"price", range}}});
    };
    EXPECT_EQ(price({}), (Slots{0, 1}));  // a document without the number fails
    EXPECT_EQ(price({.lowest = 1, .highest = 2}), (Slots{0, 1}));
    EXPECT_EQ(price({.lowest = 1, .is_lowest_exclusive = true}), (Slots{1}));
    EXPECT_EQ(price({.highest = 2, .is_highest_exclusive = true}), (Slots{0}));
    EXPECT_EQ(price({.lowest = 3, .highest = 1}), (Slots{}));
    EXPECT_EQ(rows.passing({.numbers = {{"weight", {}}}}), (Slots{}));
    EXPECT_EQ(rows.passing({.numbers = {{"price", {.lowest = 1}}, {"year", {.lowest = 0}}}}),
              (Slots{1}));
}

TEST(RowFilter, LetsThroughNoRowThatDoesNotCount) {
    Rows rows = three_rows();
    rows.alive[0] = 0b100;
    EXPECT_EQ(rows.passing({.all_tags = {"red"}}), (Slots{}));
    EXPECT_EQ(rows.passing({.no_tags = {"red"}}), (Slots{2}));
}

bool is_in(const NumberRange& range, double x) {
    if (range.lowest && (range.is_lowest_exclusive ? x <= *range.lowest : x < *range.lowest))
        return false;
    return !range.highest ||
           (range.is_highest_exclusive ? x < *range.highest : x <= *range.highest);
}

bool passes(const Filter& filter, const DocumentFields& row) {
    const auto has = [&](const std::string& tag) {
        return std::ranges::find(row.tags, tag) != row.tags.end();
    };
    if (!std::ranges::all_of(filter.all_tags, has) || std::ranges::any_of(filter.no_tags, has))
        return false;
    if (!filter.any_tags.empty() && std::ranges::none_of(filter.any_tags, has)) return false;
    return std::ranges::all_of(filter.numbers, [&](const auto& asked) {
        const auto found = row.numbers.find(asked.first);
        return found != row.numbers.end() && is_in(asked.second, found->second);
    });
}

TEST(RowFilter, AgreesWithLookingAtEveryRow) {
    std::mt19937 random(17);
    const auto below = [&](unsigned count) { return random() % count; };
    const std::vector<std::string> names = {"a", "b", "c", "d", "e", "f"};
    Rows rows;
    for (int i = 0; i < 9000; ++i) {
        DocumentFields row;
        for (std::size_t t = 0; t < names.size(); ++t) {
            if (below(static_cast<unsigned>(1 + 3 * t)) == 0) row.tags.push_back(names[t]);
        }
        for (const std::string& name : names) {
            if (below(3) == 0) row.numbers[name] = static_cast<double>(below(10)) - 5;
        }
        rows.add(row);
    }
    for (int trial = 0; trial < 300; ++trial) {
        Filter filter;
        for (std::vector<std::string>* tags :
             {&filter.all_tags, &filter.any_tags, &filter.no_tags}) {
            for (const std::string& name : names) {
                if (below(6) == 0) tags->push_back(name);
            }
        }
        if (below(2) == 0) {
            NumberRange& range = filter.numbers[names[below(6)]];
            if (below(3) != 0) range.lowest = static_cast<double>(below(10)) - 6;
            if (below(3) != 0) range.highest = static_cast<double>(below(10)) - 4;
            range.is_lowest_exclusive = below(2) == 0;
            range.is_highest_exclusive = below(2) == 0;
        }
        Slots expected;
        for (Slot slot = 0; slot < rows.fields.size(); ++slot) {
            if (passes(filter, rows.fields[slot])) expected.push_back(slot);
        }
        ASSERT_EQ(rows.passing(filter), expected) << "trial " << trial;
    }
}

}  // namespace
}  // namespace qr
