#include "host/collection/engine/cpu/slabs.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>

#include "host/base/check.h"

namespace qr::cpu {
namespace {

constexpr std::size_t kPageBytes = 4096;

std::size_t rounded_up(std::size_t bytes, std::size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

// Zero pages, begun on a large page where it is worth while; null: there is no memory.
std::byte* map_pages(std::size_t bytes) {
    const bool is_large = bytes >= 2 * kHugePageBytes;
    const std::size_t spare = is_large ? kHugePageBytes : 0;
    void* const mapped = mmap(nullptr, bytes + spare, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) return nullptr;
    auto* const begin = static_cast<std::byte*>(mapped);
    if (!is_large) return begin;
    const auto address = reinterpret_cast<std::uintptr_t>(begin);
    const std::size_t before = rounded_up(address, kHugePageBytes) - address;
    if (before > 0) munmap(begin, before);
    if (spare > before) munmap(begin + before + bytes, spare - before);
    madvise(begin + before, bytes, MADV_HUGEPAGE);  // without it, the same on small pages
    return begin + before;
}

}  // namespace

Slabs::Slabs(const BlockShape& shape, std::shared_ptr<MemoryBudget> budget)
    : shape_(shape), budget_(std::move(budget)) {}

Slabs::~Slabs() {
    for (const Slab& slab : slabs_) {
        if (slab.data != nullptr) munmap(slab.data, slab.bytes);
    }
    budget_->give_back(bytes());
}

bool Slabs::add_slab() {
    const std::size_t wanted =
        slabs_.empty() ? kSlabBytesMin : std::min(2 * slabs_.back().bytes, kSlabBytesMax);
    const std::size_t blocks = std::max<std::size_t>(wanted / shape_.bytes(), 1);
    slabs_.reserve(slabs_.size() + 1);
    Slab slab{.bytes = rounded_up(blocks * shape_.bytes(), kPageBytes), .blocks = blocks};
    slab.data = map_pages(slab.bytes);
    if (slab.data == nullptr) return false;
    slabs_.push_back(slab);
    return true;
}

std::optional<Slabs::BlockName> Slabs::take_one() {
    if (!free_.empty()) {
        const BlockName name = *free_.begin();
        free_.erase(free_.begin());
        ++slabs_[name.first].in_use;
        return name;
    }
    if (!budget_->take(shape_.bytes())) return std::nullopt;
    const bool is_full = slabs_.empty() || slabs_.back().touched == slabs_.back().blocks;
    if (is_full && !add_slab()) {
        budget_->give_back(shape_.bytes());
        return std::nullopt;
    }
    bytes_.fetch_add(shape_.bytes(), std::memory_order_relaxed);
    Slab& slab = slabs_.back();
    ++slab.in_use;
    return BlockName{slabs_.size() - 1, slab.touched++};
}

std::optional<std::vector<BlockPlace>> Slabs::take(std::size_t count) {
    std::vector<BlockPlace> places;
    places.reserve(count);
    while (places.size() < count) {
        const auto name = take_one();
        if (!name) {
            for (const BlockPlace& place : places)
                give_back(place);
            return std::nullopt;
        }
        places.push_back(place_of(*name));
    }
    return places;
}

BlockPlace Slabs::place_of(const BlockName& name) const {
    const Slab& slab = slabs_[name.first];
    std::byte* const truths = slab.data + slab.blocks * shape_.scan_bytes();
    return {.scan = slab.data + name.second * shape_.scan_bytes(),
            .truth = shape_.has_truth() ? truths + name.second * shape_.truth_bytes() : nullptr};
}

Slabs::BlockName Slabs::name_of(const BlockPlace& place) const {
    for (std::size_t i = 0; i < slabs_.size(); ++i) {
        const Slab& slab = slabs_[i];
        if (slab.data == nullptr || place.scan < slab.data) continue;
        const auto offset = static_cast<std::size_t>(place.scan - slab.data);
        if (offset < slab.blocks * shape_.scan_bytes()) return {i, offset / shape_.scan_bytes()};
    }
    QR_CHECK(false);
    return {};
}

void Slabs::give_back(const BlockPlace& place) {
    const BlockName name = name_of(place);
    QR_CHECK(free_.insert(name).second);
    if (--slabs_[name.first].in_use == 0 && name.first + 1 != slabs_.size()) remove(name.first);
}

void Slabs::remove(std::size_t index) {
    Slab& slab = slabs_[index];
    free_.erase(free_.lower_bound({index, 0}), free_.lower_bound({index + 1, 0}));
    munmap(slab.data, slab.bytes);
    slab.data = nullptr;
    const std::size_t bytes = slab.touched * shape_.bytes();
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    budget_->give_back(bytes);
}

}  // namespace qr::cpu
