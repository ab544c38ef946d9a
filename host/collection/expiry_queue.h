// When rows expire, the next one first.
//
// A heap whose entries may be out of date: whoever keeps the rows says which still hold, and makes
// the heap anew when too many do not.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <vector>

#include "host/collection/document.h"
#include "host/collection/engine/collection_engine.h"

namespace qr {

inline constexpr WallSeconds kNever = std::numeric_limits<WallSeconds>::infinity();

class ExpiryQueue {
  public:
    struct Entry {
        WallSeconds expires_at = kNever;
        Slot slot = 0;
    };

    void push(Entry entry);

    struct Due {
        std::vector<Entry> entries;    // in no order, perhaps twice, perhaps out of date
        WallSeconds next_at = kNever;  // when there may be more
    };
    // Those that expire at `now` or before. Costs as many steps as there are.
    Due due(WallSeconds now) const;

    const Entry& next() const { return heap_.front(); }
    void pop();

    void assign(std::vector<Entry> entries);

    std::size_t size() const { return heap_.size(); }
    std::size_t bytes() const { return heap_.capacity() * sizeof(Entry); }

  private:
    std::vector<Entry> heap_;
};

}  // namespace qr
