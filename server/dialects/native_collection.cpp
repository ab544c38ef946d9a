// What a request says of a collection: its name, the documents that it names there, and the options
// of a search.
#include <utility>

#include "host/base/misfit.h"
#include "host/collection/catalog.h"
#include "server/dialects/collection_filter.h"
#include "server/dialects/native_request.h"

namespace qr::native {
namespace {

using dialects::DocumentsNeeded;

constexpr json::IntegerRange kKs = {1, kTopKMax};

// Where row `index` of the documents is.
std::string pointer_to(const Grammar& grammar, std::size_t index) {
    return std::string(grammar.documents_at) + '/' + std::to_string(index);
}

}  // namespace

Error found_at(std::string_view pointer, std::string found, std::string allowed) {
    return misfit_at(Code::invalid, std::string(pointer), std::move(found), std::move(allowed));
}

CollectionAsk& RequestReader::collection() {
    if (!request_.collection) request_.collection.emplace();
    return *request_.collection;
}

Result<void> RequestReader::read_collection(json::Value& value, const json::Path& path) {
    const auto name = reader_.string(value, path, "a string");
    if (!name) return name.error();
    if (name->empty() || name->size() > kCollectionNameBytesMax) {
        return json::invalid_at(path, std::to_string(name->size()) + " bytes",
                                "1.." + std::to_string(kCollectionNameBytesMax) + " bytes");
    }
    collection().name = std::string(*name);
    names_collection_ = true;
    return {};
}

Result<void> RequestReader::read_search_option(Meaning meaning, json::Value& value,
                                               const json::Path& path) {
    if (meaning == Meaning::k) {
        const auto k = reader_.integer(value, path, kKs);
        if (!k) return k.error();
        request_.top_n = static_cast<std::size_t>(*k);
        return {};
    }
    if (meaning == Meaning::filter) {
        auto filter = collections::read_filter(reader_, value, path);
        if (!filter) return filter.error();
        has_filter_ = true;
        collection().filter = *std::move(filter);
        return {};
    }
    const auto flag = reader_.boolean(value, path);
    if (!flag) return flag.error();
    (meaning == Meaning::certify ? collection().is_certified : collection().return_vectors) = *flag;
    return {};
}

// Vectors come with a request or lie in a collection: what mixes both, or has neither, is refused.
Result<void> RequestReader::check_documents(const Grammar& grammar) const {
    const std::size_t count = documents_.count();
    if (count == 0) return check_search(grammar);
    if (!names_collection_) {
        if (has_filter_) return found_at("/filter", "a filter without a collection", "a search");
        if (documents_.named() == 0) return {};
        return found_at(pointer_to(grammar, documents_.first_named()), "an id without a vector",
                        "a text, an array of numbers, an object with either, or \"collection\" "
                        "where the id's vector lies");
    }
    if (documents_.named() < count) {
        return found_at(pointer_to(grammar, documents_.first_with_content()),
                        "a document with its own text or vector",
                        "{\"id\": ...} alone: the vectors are the collection's");
    }
    if (!has_filter_) return {};
    return found_at("/filter", "a filter beside documents", "one of them");
}

Result<void> RequestReader::check_search(const Grammar& grammar) const {
    if (grammar.documents == DocumentsNeeded::never) return {};
    const bool is_search =
        names_collection_ && grammar.documents == DocumentsNeeded::unless_collection;
    if (!is_search) {
        return found_at(grammar.documents_at, "nothing",
                        "a list of documents, each a text or a vector");
    }
    if (request_.top_n <= kTopKMax) return {};
    return found_at("/top_n", std::to_string(request_.top_n),
                    "at most " + std::to_string(kTopKMax) + ", of a search");
}

}  // namespace qr::native
