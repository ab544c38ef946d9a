#include "host/collection/row_filter.h"

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace qr {
namespace {

constexpr std::size_t kWordBits = 64;

// Inclusive bounds that let the same doubles through.
std::pair<double, double> bounds_of(const NumberRange& range) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    double lowest = range.lowest.value_or(-kInfinity);
    double highest = range.highest.value_or(kInfinity);
    if (range.lowest && range.is_lowest_exclusive) lowest = std::nextafter(lowest, kInfinity);
    if (range.highest && range.is_highest_exclusive) highest = std::nextafter(highest, -kInfinity);
    return {lowest, highest};
}

// Its slots among the first `words` words.
RowMask mask_of(const Roaring& slots, std::size_t words) {
    RowMask mask(words, 0);
    std::array<std::uint32_t, 1024> some;
    roaring_uint32_iterator_t at;
    roaring_init_iterator(&slots.roaring, &at);
    while (const std::uint32_t count =
               roaring_read_uint32_iterator(&at, some.data(), some.size())) {
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::size_t word = some[i] / kWordBits;
            if (word < words) mask[word] |= std::uint64_t{1} << some[i] % kWordBits;
        }
    }
    return mask;
}

Roaring any_of(const std::vector<std::string>& names, const TagSets& tags) {
    std::vector<const Roaring*> sets;
    for (const std::string& name : names) {
        if (const Roaring* set = tags.find(name)) sets.push_back(set);
    }
    return sets.empty() ? Roaring() : Roaring::fastunion(sets.size(), sets.data());
}

// Nothing: the filter asks for no tag.
std::optional<Roaring> tagged(const Filter& filter, const TagSets& tags) {
    std::optional<Roaring> found;
    for (const std::string& name : filter.all_tags) {
        const Roaring* set = tags.find(name);
        if (set == nullptr) return Roaring();
        if (found) {
            *found &= *set;
        } else {
            found = *set;
        }
    }
    if (filter.any_tags.empty()) return found;
    Roaring any = any_of(filter.any_tags, tags);
    if (found) any &= *found;
    return any;
}

void keep_in_range(const PagedColumn<Number>* column, const NumberRange& range, RowMask& mask) {
    const auto [lowest, highest] = bounds_of(range);
    constexpr std::size_t kWords = PagedColumn<Number>::kPage / kWordBits;
    for (std::size_t word = 0; word < mask.size(); ++word) {
        if (mask[word] == 0) continue;
        const Number* page = column == nullptr ? nullptr : column->page(word / kWords);
        std::uint64_t kept = 0;
        if (page != nullptr) {
            const Number* row = page + word % kWords * kWordBits;
            for (std::size_t i = 0; i < kWordBits; ++i) {
                const bool is_in = row[i].value >= lowest && row[i].value <= highest;
                kept |= static_cast<std::uint64_t>(is_in) << i;
            }
        }
        mask[word] &= kept;
    }
}

}  // namespace

RowMask filtered(const Filter& filter, const RowMask& alive, const TagSets& tags,
                 const NumberColumns& numbers) {
    RowMask mask = alive;
    if (const std::optional<Roaring> wanted = tagged(filter, tags)) {
        mask = mask_of(*wanted, alive.size());
        for (std::size_t i = 0; i < mask.size(); ++i)
            mask[i] &= alive[i];
    }
    if (!filter.no_tags.empty()) {
        const RowMask unwanted = mask_of(any_of(filter.no_tags, tags), mask.size());
        for (std::size_t i = 0; i < mask.size(); ++i)
            mask[i] &= ~unwanted[i];
    }
    for (const auto& [name, range] : filter.numbers)
        keep_in_range(numbers.find(name), range, mask);
    return mask;
}

}  // namespace qr
