// POST /v2/models/{model}/infer: the corridor of scoring, or of embedding, and what the model's
// statistics say of it afterwards.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "host/base/model_statistics.h"
#include "server/dialects/kserve_models.h"
#include "server/handlers/services.h"
#include "server/http/message.h"

namespace qr {

boost::asio::awaitable<http::Response> handle_inference(const Services& services, Grant grant,
                                                        http::Request& request,
                                                        const kserve::Model& model,
                                                        ModelStatistics& statistics);

}  // namespace qr
