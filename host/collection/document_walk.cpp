#include "host/collection/document_walk.h"

namespace qr {

DocumentWalk::DocumentWalk(const StoreView& view, CollectionId id, InsertionRange numbers,
                           std::size_t vector_bytes, WithText with_text)
    : vector_bytes_(vector_bytes), with_text_(with_text) {
    records_.cursor = view.walk(Shelf::records, document_keys(id, numbers));
    vectors_.cursor = view.walk(Shelf::vectors, vector_keys(id, numbers));
    records_.next();
    vectors_.next();
}

void DocumentWalk::Side::next() {
    is_there = cursor->next();
    while (is_there) {
        const std::optional<std::uint64_t> found = number_of_key(cursor->key());
        if (found) {
            number = *found;
            return;
        }
        is_there = cursor->next();
    }
}

bool DocumentWalk::next() {
    if (document_.vector.data() != nullptr) {
        document_.vector = {};
        records_.next();
        vectors_.next();
    }
    while (records_.is_there || vectors_.is_there) {
        const bool has_record =
            records_.is_there && (!vectors_.is_there || records_.number <= vectors_.number);
        const bool has_vector =
            vectors_.is_there && (!records_.is_there || vectors_.number <= records_.number);
        next_number_ = (has_record ? records_ : vectors_).number + 1;
        if (has_record && take()) return true;
        if (has_record) records_.next();
        if (has_vector) vectors_.next();
    }
    return false;
}

// The document at the record's place, if it is whole.
bool DocumentWalk::take() {
    const std::string_view key = records_.cursor->key();
    Result<Document> document = decode_document(key, records_.cursor->value(), with_text_);
    if (!document) {
        notes_.push_back(document.error().message);
        return false;
    }
    const bool has_vector = vectors_.is_there && vectors_.number == records_.number;
    const std::string_view vector = has_vector ? vectors_.cursor->value() : std::string_view();
    if (has_vector && vector.size() != vector_bytes_)
        notes_.push_back("vector " + printable(vectors_.cursor->key()) + ": found " +
                         std::to_string(vector.size()) +
                         " bytes, allowed: " + std::to_string(vector_bytes_));
    if (vector.size() != vector_bytes_) {
        halves_.push_back({records_.number, std::move(document->id)});
        return false;
    }
    document_ = {.number = records_.number,
                 .document = *std::move(document),
                 .vector = std::as_bytes(std::span(vector))};
    return true;
}

std::size_t DocumentWalk::damaged_values() const {
    return notes_.size() + records_.cursor->damage().size() + vectors_.cursor->damage().size();
}

std::vector<std::string> DocumentWalk::damage() const {
    std::vector<std::string> texts = notes_;
    for (const Side* side : {&records_, &vectors_}) {
        for (const StoreDamage& damage : side->cursor->damage())
            texts.push_back(damage.what);
    }
    if (texts.size() > kDamageTextsMax) texts.resize(kDamageTextsMax);
    return texts;
}

}  // namespace qr
