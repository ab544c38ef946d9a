#include "server/handlers/kserve.h"

#include <chrono>
#include <utility>

#include "server/dialects/kserve_inference.h"
#include "server/handlers/embedding.h"
#include "server/handlers/respond.h"
#include "server/handlers/scoring.h"

namespace qr {
namespace {

namespace asio = boost::asio;
using kserve::ModelId;

ReadScoring reader_of(ModelId id) {
    return [id](native::Payload payload, BufferPool& buffers, const native::ParseLimits& limits) {
        return kserve::read_inference(std::move(payload), buffers, limits, id);
    };
}

}  // namespace

asio::awaitable<http::Response> handle_inference(const Services& services, Grant grant,
                                                 http::Request& request, const kserve::Model& model,
                                                 ModelStatistics& statistics) {
    static const ReadScoring rerank = reader_of(ModelId::rerank);
    static const ReadScoring score = reader_of(ModelId::score);
    ModelStatistics* const counted = &statistics;
    http::Response response;
    if (model.id == ModelId::embed) {
        response = co_await handle_embedding(services, grant, request, kserve::kEmbed, counted);
    } else {
        const ReadScoring& read = model.id == ModelId::rerank ? rerank : score;
        response = co_await handle_scoring(services, grant, request, read, counted);
    }
    if (response.error) {
        statistics.failed(services.clock.now() - request.started, std::chrono::system_clock::now());
    }
    co_return response;
}

}  // namespace qr
