// Texts in, vectors out: POST /v1/embeddings and /embed, whatever their dialect.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "server/dialects/embedding.h"
#include "server/handlers/services.h"
#include "server/http/message.h"

namespace qr {

boost::asio::awaitable<http::Response> handle_embedding(const Services& services, Grant grant,
                                                        http::Request& request,
                                                        const dialects::EmbeddingForm& form);

}  // namespace qr
