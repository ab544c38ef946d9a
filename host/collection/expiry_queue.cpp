#include "host/collection/expiry_queue.h"

#include <algorithm>

namespace qr {
namespace {

bool is_later(const ExpiryQueue::Entry& a, const ExpiryQueue::Entry& b) {
    return a.expires_at > b.expires_at;
}

}  // namespace

void ExpiryQueue::push(Entry entry) {
    heap_.push_back(entry);
    std::ranges::push_heap(heap_, is_later);
}

ExpiryQueue::Due ExpiryQueue::due(WallSeconds now) const {
    Due due;
    std::vector<std::size_t> open;
    if (!heap_.empty()) open.push_back(0);
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        if (heap_[at].expires_at > now) {  // so do all below it
            due.next_at = std::min(due.next_at, heap_[at].expires_at);
            continue;
        }
        due.entries.push_back(heap_[at]);
        for (const std::size_t child : {2 * at + 1, 2 * at + 2}) {
            if (child < heap_.size()) open.push_back(child);
        }
    }
    return due;
}

void ExpiryQueue::pop() {
    std::ranges::pop_heap(heap_, is_later);
    heap_.pop_back();
}

void ExpiryQueue::assign(std::vector<Entry> entries) {
    heap_ = std::move(entries);
    std::ranges::make_heap(heap_, is_later);
}

}  // namespace qr
