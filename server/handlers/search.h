// Searches of a collection: through the encoder and the search desk and back; and scores of
// documents that a request names by their ids.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/batching/job.h"
#include "server/handlers/encode_texts.h"
#include "server/handlers/services.h"
#include "server/handlers/stage_times.h"
#include "server/http/message.h"

namespace qr {

// POST /v1/collections/{name}/search
boost::asio::awaitable<http::Response> handle_search(const Services& services, Grant grant,
                                                     http::Request& request, std::string_view name);

// A parsed search, its texts not yet encoded. `times` has the stages before.
boost::asio::awaitable<http::Response> answer_search(const Services& services, Grant grant,
                                                     http::Request& request,
                                                     std::shared_ptr<RerankRequest> parsed,
                                                     std::string name, StageTimes times);

// The scores of the documents that the request names, whose texts are encoded. Their texts are put
// into the labels where the answer is to repeat them, and their number into the request's vectors,
// as printers want it.
boost::asio::awaitable<Result<JobScores>> score_named(const Services& services, Grant grant,
                                                      http::Request& request,
                                                      std::shared_ptr<RerankRequest> parsed);

}  // namespace qr
