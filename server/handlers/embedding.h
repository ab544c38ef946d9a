// Texts in, vectors out: POST /v1/embeddings and /embed, whatever their dialect.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "host/base/model_statistics.h"
#include "server/dialects/embedding.h"
#include "server/handlers/services.h"
#include "server/http/message.h"

namespace qr {

// What is answered is counted in `statistics`, where there are any.
boost::asio::awaitable<http::Response> handle_embedding(const Services& services, Grant grant,
                                                        http::Request& request,
                                                        const dialects::EmbeddingForm& form,
                                                        ModelStatistics* statistics = nullptr);

}  // namespace qr
