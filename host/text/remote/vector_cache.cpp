#include "host/text/remote/vector_cache.h"

#include <array>
#include <iterator>
#include <utility>

#include "host/encoding/digest.h"

namespace qr {

std::string VectorCache::key_of(std::string_view prefix, std::string_view text) {
    return sha256_of_parts(std::array{prefix, text});
}

std::size_t VectorCache::bytes_of(const TextVector& vector) {
    return kEntryBytes + vector.values.size() * sizeof(float);
}

SharedVector VectorCache::find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) {
        ++figures_.misses;
        return nullptr;
    }
    ++figures_.hits;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->vector;
}

void VectorCache::put(const std::string& key, SharedVector vector) {
    const std::size_t bytes = bytes_of(*vector);
    if (bytes > bytes_max_) return;
    const std::lock_guard lock(mutex_);
    if (const auto found = index_.find(key); found != index_.end()) erase(found->second);
    while (figures_.bytes + bytes > bytes_max_) {
        erase(std::prev(entries_.end()));
        ++figures_.evictions;
    }
    entries_.push_front({.key = key, .vector = std::move(vector)});
    index_.emplace(entries_.front().key, entries_.begin());
    figures_.bytes += bytes;
    ++figures_.entries;
}

void VectorCache::erase(Entries::iterator entry) {
    figures_.bytes -= bytes_of(*entry->vector);
    --figures_.entries;
    index_.erase(entry->key);
    entries_.erase(entry);
}

CacheFigures VectorCache::figures() const {
    const std::lock_guard lock(mutex_);
    return figures_;
}

}  // namespace qr
