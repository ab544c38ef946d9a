// What every request about a collection begins with: the collection, and whose vectors it holds.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "host/rerank/rerank_request.h"
#include "server/handlers/services.h"

namespace qr {

// Errors: `not_found`, where this server keeps no collections, naming the setting.
Result<const CollectionServices*> collections_of(const Services& services);

// Errors: `not_found`.
Result<std::shared_ptr<Collection>> find_collection(const Services& services,
                                                    std::string_view name);

// Texts may join, or search for, vectors of the same encoder alone. Errors: `invalid`, with
// `pointer` to the text.
Result<void> check_encoder(const CollectionInfo& collection, const Encoder& encoder,
                           std::string pointer);
// Of the first text of a request, if it has any.
Result<void> check_encoder(const CollectionInfo& collection, const Encoder* encoder,
                           const ScoreRequest& request);

// An error that points into a part of the request, pointing into the whole: "/3/id" below
// "/documents".
Error below(Error error, std::string_view prefix);

}  // namespace qr
