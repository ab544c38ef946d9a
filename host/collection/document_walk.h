// The documents of a collection as the store holds them, in the order of their numbers: record and
// vector side by side.
//
// A document counts where both read. Where one of the two is damaged the walk goes on behind it and
// tells what is left of the document afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "host/collection/records.h"
#include "host/store/store.h"

namespace qr {

struct StoredDocument {
    std::uint64_t number = 0;
    Document document;
    std::span<const std::byte> vector;  // valid until next()
};

// Its record reads, its vector does not.
struct HalfDocument {
    std::uint64_t number = 0;
    std::string id;
};

class DocumentWalk {
  public:
    DocumentWalk(const StoreView& view, CollectionId id, InsertionRange numbers,
                 std::size_t vector_bytes, WithText with_text);

    bool next();
    StoredDocument& document() { return document_; }

    const std::vector<HalfDocument>& halves() const { return halves_; }
    // Greater than that of every document whose key was seen.
    std::uint64_t next_number() const { return next_number_; }
    // What is damaged, as messages say it; the first kDamageTextsMax.
    std::vector<std::string> damage() const;
    std::size_t damaged_values() const;

  private:
    struct Side {
        std::unique_ptr<StoreCursor> cursor;
        std::uint64_t number = 0;
        bool is_there = false;
        void next();
    };
    bool take();

    const std::size_t vector_bytes_;
    const WithText with_text_;
    Side records_, vectors_;
    StoredDocument document_;
    std::vector<HalfDocument> halves_;
    std::uint64_t next_number_ = 0;
    std::vector<std::string> notes_;
};

inline constexpr std::size_t kDamageTextsMax = 16;

}  // namespace qr
