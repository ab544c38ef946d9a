// Documents as the store holds them: record and vector of one view of it.
#include "host/collection/resident_collection.h"

namespace qr {

std::optional<std::uint64_t> ResidentCollection::damaged_number(std::string_view id) const {
    const std::lock_guard lock(state_lock_);
    const auto found = damaged_.find(id);
    return found == damaged_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::vector<FetchedDocument>> ResidentCollection::fetch(std::span<const std::string> ids,
                                                               WithVector with_vector) const {
    Result<std::shared_ptr<Residence>> residence = ready();
    if (!residence) return residence.error();
    const WallSeconds now = around_->wall.now();
    const std::shared_ptr<const StoreView> view = around_->store.view();
    std::vector<FetchedDocument> documents;
    for (const std::string& id : ids) {
        const std::optional<LiveRow> row = (*residence)->find(id, now);
        const std::optional<std::uint64_t> number =
            row ? std::optional(row->number) : damaged_number(id);
        if (!number) continue;
        Result<std::optional<FetchedDocument>> document =
            read(*view, *number, row ? with_vector : WithVector::yes);
        if (!document) return document.error();
        if (document->has_value()) documents.push_back(**std::move(document));
    }
    return documents;
}

// Nothing where it was removed, or is about to be, since its number was looked up.
Result<std::optional<FetchedDocument>> ResidentCollection::read(const StoreView& view,
                                                                std::uint64_t number,
                                                                WithVector with_vector) const {
    const std::string key = document_key(record_.id, number);
    Result<std::optional<std::string>> value = view.get(Shelf::records, key);
    if (!value) return value.error();
    if (!value->has_value()) return std::optional<FetchedDocument>();
    Result<Document> document = decode_document(key, **value, WithText::yes);
    if (!document) return document.error();
    if (document->fields.expires_at.value_or(kNever) <= around_->wall.now())
        return std::optional<FetchedDocument>();
    FetchedDocument fetched{.document = *std::move(document), .number = number, .vector = {}};
    if (with_vector == WithVector::yes) {
        if (auto vector = read_vector(view, fetched); !vector) return vector.error();
    }
    return std::optional(std::move(fetched));
}

Result<void> ResidentCollection::read_vector(const StoreView& view,
                                             FetchedDocument& fetched) const {
    const TableLayout& layout = record_.settings.layout;
    const std::string key = vector_key(record_.id, fetched.number);
    Result<std::optional<std::string>> value = view.get(Shelf::vectors, key);
    if (!value) return value.error();
    const std::size_t bytes = vector_bytes(layout);
    const std::size_t found = value->has_value() ? (*value)->size() : 0;
    if (found != bytes)
        return Error{Code::internal,
                     "vector " + printable(key) + ": found " + std::to_string(found) +
                         " bytes, allowed: " + std::to_string(bytes),
                     {},
                     std::to_string(found),
                     std::to_string(bytes)};
    fetched.vector.resize(layout.dimension);
    widen(layout.storage, std::as_bytes(std::span(**value)), fetched.vector);
    return {};
}

Result<std::vector<FetchedDocument>> ResidentCollection::list(std::optional<std::uint64_t> after,
                                                              std::size_t count,
                                                              WithVector with_vector) const {
    Result<std::shared_ptr<Residence>> residence = ready();
    if (!residence) return residence.error();
    const WallSeconds now = around_->wall.now();
    const std::uint64_t next_number = next_number_;
    const std::shared_ptr<const StoreView> view = around_->store.view();
    std::vector<FetchedDocument> documents;
    if (after && *after >= next_number) return documents;
    const InsertionRange numbers{.first = after ? *after + 1 : 0, .end = next_number};
    const std::unique_ptr<StoreCursor> cursor =
        view->walk(Shelf::records, document_keys(record_.id, numbers));
    while (documents.size() < count && cursor->next()) {
        Result<Document> document = decode_document(cursor->key(), cursor->value(), WithText::yes);
        const std::optional<std::uint64_t> number = number_of_key(cursor->key());
        if (!document || !number) continue;
        const std::optional<LiveRow> row = (*residence)->find(document->id, now);
        if (!row || row->number != *number) continue;
        FetchedDocument fetched{*std::move(document), *number, {}};
        if (with_vector == WithVector::yes && !read_vector(*view, fetched)) continue;
        documents.push_back(std::move(fetched));
    }
    return documents;
}

}  // namespace qr
