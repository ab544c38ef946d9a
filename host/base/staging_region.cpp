#include "host/base/staging_region.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "host/base/check.h"
#include "host/base/narrow.h"

namespace qr {
namespace {

constexpr std::size_t size_of(std::size_t order) {
    return std::size_t{1} << order;
}

}  // namespace

StagingRegion::StagingRegion(std::span<std::byte> bytes, std::shared_ptr<const void> keeps)
    : bytes_(bytes.first(bytes.size() / kBlockBytesMin * kBlockBytesMin)),
      keeps_(std::move(keeps)),
      leaves_(bytes_.size() / kBlockBytesMin) {
    QR_CHECK(leaves_.size() < size_of(kOrders - 1));
    first_free_.fill(kNone);
    // The largest blocks that fit and are aligned to their size.
    for (std::size_t leaf = 0; leaf < leaves_.size();) {
        const std::size_t left = leaves_.size() - leaf;
        std::size_t order = narrow<std::size_t>(std::bit_width(left)) - 1;
        if (leaf > 0) order = std::min(order, narrow<std::size_t>(std::countr_zero(leaf)));
        enlist(leaf, order);
        leaf += size_of(order);
    }
}

std::span<std::byte> StagingRegion::take(std::size_t bytes) noexcept {
    const std::lock_guard lock(mutex_);
    if (bytes > bytes_.size()) {
        ++misses_;
        return {};
    }
    const std::size_t leaves =
        std::max<std::size_t>((bytes + kBlockBytesMin - 1) / kBlockBytesMin, 1);
    const std::size_t wanted = narrow<std::size_t>(std::countr_zero(std::bit_ceil(leaves)));
    std::size_t order = wanted;
    while (order < kOrders && first_free_[order] == kNone)
        ++order;
    if (order == kOrders) {
        ++misses_;
        return {};
    }
    const std::size_t leaf = first_free_[order];
    delist(leaf);
    while (order > wanted) {
        --order;
        enlist(leaf + size_of(order), order);
    }
    const std::size_t lent = size_of(order) * kBlockBytesMin;
    lent_bytes_ += lent;
    return bytes_.subspan(leaf * kBlockBytesMin, lent);
}

void StagingRegion::give_back(std::span<std::byte> block) noexcept {
    const std::size_t offset = narrow<std::size_t>(block.data() - bytes_.data());
    std::size_t leaf = offset / kBlockBytesMin;
    std::size_t order = narrow<std::size_t>(std::countr_zero(block.size() / kBlockBytesMin));
    const std::lock_guard lock(mutex_);
    lent_bytes_ -= block.size();
    while (is_free(leaf ^ size_of(order), order)) {
        delist(leaf ^ size_of(order));
        leaf &= ~size_of(order);
        ++order;
    }
    enlist(leaf, order);
}

StagingFigures StagingRegion::figures() const {
    const std::lock_guard lock(mutex_);
    return {.bytes = bytes_.size(), .lent_bytes = lent_bytes_, .misses = misses_};
}

bool StagingRegion::is_free(std::size_t leaf, std::size_t order) const {
    return leaf < leaves_.size() && leaves_[leaf].order == order;
}

void StagingRegion::enlist(std::size_t leaf, std::size_t order) {
    const Leaf name = static_cast<Leaf>(leaf);
    const Leaf next = first_free_[order];
    leaves_[leaf] = {.before = kNone, .after = next, .order = static_cast<std::uint8_t>(order)};
    if (next != kNone) leaves_[next].before = name;
    first_free_[order] = name;
}

void StagingRegion::delist(std::size_t leaf) {
    const Links links = std::exchange(leaves_[leaf], Links{});
    if (links.after != kNone) leaves_[links.after].before = links.before;
    (links.before == kNone ? first_free_[links.order] : leaves_[links.before].after) = links.after;
}

}  // namespace qr
