#include "host/collection/tag_sets.h"

#include <algorithm>
#include <utility>

#include "host/base/narrow.h"

namespace qr {
namespace {

constexpr std::size_t kTagBytes = 256;  // of an empty set, its name and their places
constexpr std::size_t kListBytes = 128;

}  // namespace

void TagSets::add(Slot slot, std::span<const std::string> tags) {
    if (tags.empty()) return;
    TagIds ids;
    ids.reserve(tags.size());
    for (const std::string& tag : tags)
        ids.push_back(tag_id(tag));
    std::ranges::sort(ids);
    carry(slot, list_id(std::move(ids)));
}

void TagSets::copy(Slot from, Slot to) {
    const ListId list = list_of_.at(from);
    if (list != 0) carry(to, list);
}

void TagSets::carry(Slot slot, ListId list) {
    for (const TagId tag : lists_[list].tags)
        tags_[tag].slots.add(slot);
    pairs_ += lists_[list].tags.size();
    ++lists_[list].rows;
    list_of_.set(slot, list);
}

void TagSets::clear(Slot slot) {
    const ListId list = list_of_.at(slot);
    if (list == 0) return;
    for (const TagId tag : lists_[list].tags)
        tags_[tag].slots.remove(slot);
    pairs_ -= lists_[list].tags.size();
    list_of_.set(slot, 0);
    if (--lists_[list].rows == 0) forget_list(list);
}

const Roaring* TagSets::find(std::string_view tag) const {
    const auto found = by_name_.find(std::string(tag));
    return found == by_name_.end() ? nullptr : &tags_[found->second].slots;
}

TagSets::TagId TagSets::tag_id(std::string_view name) {
    const auto found = by_name_.find(std::string(name));
    if (found != by_name_.end()) return found->second;
    TagId id = narrow<TagId>(tags_.size());
    if (free_tags_.empty()) {
        tags_.emplace_back();
    } else {
        id = free_tags_.back();
        free_tags_.pop_back();
    }
    tags_[id].name = name;
    by_name_.emplace(name, id);
    return id;
}

TagSets::ListId TagSets::list_id(TagIds tags) {
    const auto found = by_tags_.find(tags);
    if (found != by_tags_.end()) return found->second;
    ListId id = narrow<ListId>(lists_.size());
    if (free_lists_.empty()) {
        lists_.emplace_back();
    } else {
        id = free_lists_.back();
        free_lists_.pop_back();
    }
    for (const TagId tag : tags)
        ++tags_[tag].lists;
    lists_[id] = {.tags = tags, .rows = 0};
    by_tags_.emplace(std::move(tags), id);
    return id;
}

void TagSets::forget_list(ListId list) {
    const TagIds tags = std::exchange(lists_[list].tags, {});
    by_tags_.erase(tags);
    free_lists_.push_back(list);
    for (const TagId tag : tags) {
        if (--tags_[tag].lists == 0) forget_tag(tag);
    }
}

void TagSets::forget_tag(TagId tag) {
    by_name_.erase(tags_[tag].name);
    tags_[tag] = {};
    free_tags_.push_back(tag);
}

std::size_t TagSets::bytes() const {
    return pairs_ * 2 + tags_.size() * kTagBytes + lists_.size() * kListBytes + list_of_.bytes();
}

}  // namespace qr
