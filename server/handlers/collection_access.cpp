#include "server/handlers/collection_access.h"

#include <utility>

#include "host/base/check.h"
#include "host/base/misfit.h"

namespace qr {
namespace {

std::string first_text(const ScoreRequest& request) {
    if (request.texts.query_rows.empty()) {
        return std::string(request.vectors.documents_at) + '/' +
               std::to_string(request.texts.document_rows.front());
    }
    const std::string_view at = request.vectors.queries_at;
    if (!request.is_query_list) return std::string(at.empty() ? "/query" : at);
    return std::string(at.empty() ? "/queries" : at) + '/' +
           std::to_string(request.texts.query_rows.front());
}

}  // namespace

Result<const CollectionServices*> collections_of(const Services& services) {
    if (services.collections != nullptr) return services.collections;
    return Error{.code = Code::not_found,
                 .message =
                     "collections: this server keeps none; allowed: start it with the "
                     "setting `data_dir`, the folder they are kept in",
                 .found = "no collections",
                 .allowed = "the setting `data_dir`"};
}

Result<std::shared_ptr<Collection>> find_collection(const Services& services,
                                                    std::string_view name) {
    const auto collections = collections_of(services);
    if (!collections.ok()) return collections.error();
    return (*collections)->catalog.find(name);
}

Result<void> check_encoder(const CollectionInfo& collection, const Encoder& encoder,
                           std::string pointer) {
    const std::string digest = encoder.info().digest;
    const std::optional<std::string>& held = collection.settings.encoder;
    if (held == digest) return {};
    Error error{.code = Code::invalid,
                .message = {},
                .pointer = std::move(pointer),
                .found = "a text, which the encoder " + digest + " would make a vector of",
                .allowed = held ? "vectors, or texts with the encoder " + *held
                                : "vectors: the collection was made with a dimension of its own"};
    error.message = misfit_text(error.pointer, error.found,
                                "in collection '" + collection.name + "' " + error.allowed);
    return error;
}

Result<void> check_encoder(const CollectionInfo& collection, const Encoder* encoder,
                           const ScoreRequest& request) {
    if (request.texts.is_empty()) return {};
    QR_CHECK(encoder != nullptr);
    return check_encoder(collection, *encoder, first_text(request));
}

Error below(Error error, std::string_view prefix) {
    if (error.pointer.empty()) return error;
    if (error.message.starts_with(error.pointer)) error.message.insert(0, prefix);
    error.pointer.insert(0, prefix);
    return error;
}

}  // namespace qr
