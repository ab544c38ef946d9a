// Vectors by their text, the least recently used ones forgotten first.
//
// The key is a SHA-256 of role prefix and text, which nobody can make collide: a client cannot give
// another's text its own vector, and the text need not be kept. That costs about 9 ns a byte of
// text; a service takes milliseconds. One cache belongs to one encoder, so its identity (service,
// model, dimensions) is in no key. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace qr {

struct TextVector {
    std::vector<float> values;
    std::size_t tokens = 0;  // of the text
};
using SharedVector = std::shared_ptr<const TextVector>;

struct CacheFigures {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t evictions = 0;
    std::size_t entries = 0;
    std::size_t bytes = 0;
};

class VectorCache {
  public:
    // Besides the numbers: key, list and table nodes, the vector's own header.
    static constexpr std::size_t kEntryBytes = 300;

    explicit VectorCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    static std::string key_of(std::string_view prefix, std::string_view text);

    SharedVector find(const std::string& key);  // null: a miss
    // Replaces. A vector beyond all of the cache's bytes is not kept.
    void put(const std::string& key, SharedVector vector);

    CacheFigures figures() const;

  private:
    struct Entry {
        std::string key;
        SharedVector vector;
    };
    using Entries = std::list<Entry>;  // the most recently used first

    static std::size_t bytes_of(const TextVector& vector);
    void erase(Entries::iterator entry);

    const std::size_t bytes_max_;
    mutable std::mutex mutex_;
    Entries entries_;
    std::unordered_map<std::string_view, Entries::iterator> index_;  // keys lie in the entries
    CacheFigures figures_;
};

}  // namespace qr
