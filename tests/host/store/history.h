// Batches that follow from their number alone, and the check that a store has the first so many.
//
// A writer's keys are its own, so that each has a history: after a crash a store has all batches
// that were acknowledged to a writer, perhaps the one that was under way, and nothing half.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>

#include "host/store/store.h"

namespace qr::test {

using HistoryState = std::map<std::pair<Shelf, std::string>, std::string>;

inline std::string history_prefix(unsigned writer) {
    return "w" + std::to_string(writer) + "/";
}

inline StoreBatch history_batch(unsigned writer, unsigned number) {
    std::mt19937 random(writer * 1'000'003 + number);
    const auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
    StoreBatch batch;
    for (unsigned left = 1 + below(20); left > 0; --left) {
        const Shelf shelf = below(2) == 0 ? Shelf::records : Shelf::vectors;
        StoreWrite& write = batch.writes.emplace_back();
        write.shelf = shelf;
        write.key = history_prefix(writer) + std::to_string(below(60));
        if (below(4) == 0) continue;
        write.value = std::to_string(number) + std::string(below(2'000), 'v');
    }
    return batch;
}

inline void add_to(HistoryState& state, const StoreBatch& batch) {
    for (const StoreWrite& write : batch.writes) {
        if (write.value) {
            state[{write.shelf, write.key}] = *write.value;
        } else {
            state.erase({write.shelf, write.key});
        }
    }
}

inline HistoryState state_of(const Store& store, unsigned writer) {
    HistoryState state;
    const auto view = store.view();
    for (const Shelf shelf : {Shelf::records, Shelf::vectors}) {
        const auto cursor = view->walk(shelf, keys_with(history_prefix(writer)));
        while (cursor->next()) {
            state[{shelf, std::string(cursor->key())}] = std::string(cursor->value());
        }
        // Damage shows as what is missing.
    }
    return state;
}

// How many batches of the writer the store has: `acknowledged`, or one more. None: it has neither.
inline std::optional<unsigned> history_length(const Store& store, unsigned writer,
                                              unsigned acknowledged) {
    const HistoryState found = state_of(store, writer);
    HistoryState expected;
    for (unsigned number = 0; number < acknowledged; ++number) {
        add_to(expected, history_batch(writer, number));
    }
    if (found == expected) return acknowledged;
    add_to(expected, history_batch(writer, acknowledged));
    if (found == expected) return acknowledged + 1;
    return std::nullopt;
}

}  // namespace qr::test
