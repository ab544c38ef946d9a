// Which rows carry which tag: a compressed set of slots a tag.
//
// A slot remembers its tags as one number, since few combinations of tags are many documents';
// tags and combinations that no row carries any more are forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <roaring/roaring.hh>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/collection/engine/collection_engine.h"
#include "host/collection/paged_column.h"

namespace qr {

class TagSets {
  public:
    // The row in that slot carries these tags, no two alike; before, it carried none.
    void add(Slot slot, std::span<const std::string> tags);
    // `to` carries the tags of `from` as well.
    void copy(Slot from, Slot to);
    void clear(Slot slot);

    // Null: no row carries it.
    const Roaring* find(std::string_view tag) const;

    std::size_t tags() const { return by_name_.size(); }
    // Reckoned: two bytes for each row and tag, and what each tag and combination takes.
    std::size_t bytes() const;

  private:
    using TagId = std::uint32_t;
    using ListId = std::uint32_t;  // 0: no tags
    using TagIds = std::vector<TagId>;

    struct Tag {
        Roaring slots;
        std::string name;
        std::size_t lists = 0;  // that name it
    };
    struct List {
        TagIds tags;
        std::size_t rows = 0;  // that carry it
    };

    TagId tag_id(std::string_view name);
    ListId list_id(TagIds tags);
    void carry(Slot slot, ListId list);
    void forget_list(ListId list);
    void forget_tag(TagId tag);

    std::unordered_map<std::string, TagId> by_name_;
    std::vector<Tag> tags_;
    std::vector<TagId> free_tags_;
    std::map<TagIds, ListId> by_tags_;
    std::vector<List> lists_{List{}};
    std::vector<ListId> free_lists_;
    PagedColumn<ListId> list_of_{0};
    std::size_t pairs_ = 0;  // of a row and a tag
};

}  // namespace qr
