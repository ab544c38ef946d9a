// The numbers of documents, a column of doubles a name; NaN where a row has none.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "host/collection/engine/collection_engine.h"
#include "host/collection/paged_column.h"

namespace qr {

// Different names in a collection: each may take 8 bytes a row.
inline constexpr std::size_t kNumberNamesMax = 1024;

// NaN equals nothing, so a blank is told by its bits.
struct Number {
    double value = std::numeric_limits<double>::quiet_NaN();
    friend bool operator==(const Number& a, const Number& b) {
        return a.value == b.value || (a.value != a.value && b.value != b.value);
    }
};

class NumberColumns {
  public:
    // The row in that slot has these numbers and no others. There is room for their names.
    void set(Slot slot, const std::map<std::string, double>& numbers);
    void copy(Slot from, Slot to);

    const PagedColumn<Number>* find(std::string_view name) const;
    bool has(std::string_view name) const { return find(name) != nullptr; }
    std::size_t names() const { return columns_.size(); }
    std::size_t bytes() const;

  private:
    std::map<std::string, PagedColumn<Number>, std::less<>> columns_;
};

}  // namespace qr
