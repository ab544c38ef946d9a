// The endpoints of KServe v2 (Open Inference Protocol) and of Triton's extensions, one line each.
//
// What is asked of a model is there twice, with its version and without.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/version.h"
#include "server/app/app.h"
#include "server/app/just.h"
#include "server/app/request_context.h"
#include "server/dialects/kserve_metadata.h"
#include "server/handlers/kserve.h"
#include "server/handlers/respond.h"

namespace qr {
namespace {

using boost::asio::awaitable;
using http::Access;
using http::PathParameters;
using http::Verb;

// The model that a path names, and its version where the path has one.
Result<const kserve::Model*> model_of(const PathParameters& parameters, bool has_encoder) {
    std::optional<std::string_view> version;
    if (parameters.size() > 1) version = parameters[1].second;
    return kserve::find_model(parameters.front().second, version, has_encoder);
}

constexpr std::string_view word_of(Residence wanted) {
    return wanted == Residence::load ? "load" : "unload";
}

constexpr std::array<const char*, 2> kModelPaths = {"/v2/models/{model}",
                                                    "/v2/models/{model}/versions/{version}"};

}  // namespace

void App::add_kserve_routes() {
    add_light("/v2", Access::keyed, [](http::Request&, const PathParameters&) {
        return just(json_response(kserve::print_server(version())));
    });
    add_light("/v2/health/live", Access::open,
              [](http::Request&, const PathParameters&) { return just(json_response("")); });
    add_light("/v2/health/ready", Access::open,
              [this](http::Request& request, const PathParameters&) {
                  return just(kserve_ready(request));
              });
    add_light("/v2/models/stats", Access::keyed, [this](http::Request&, const PathParameters&) {
        return just(kserve_statistics(kserve::models(encoder_ != nullptr)));
    });
    add_kserve_models();
    add_kserve_repository();
}

void App::add_kserve_models() {
    for (const std::string path : kModelPaths) {
        add_kserve_model(path, [](const kserve::Model& model) {
            return json_response(kserve::print_model(model));
        });
        add_kserve_model(path + "/config", [](const kserve::Model& model) {
            return json_response(kserve::print_config(model));
        });
        add_kserve_model(path + "/stats", [this](const kserve::Model& model) {
            return kserve_statistics({&model, 1});
        });
        add_light(path + "/ready", Access::open,
                  [this](http::Request& request, const PathParameters& parameters) {
                      return just(kserve_model_ready(request, parameters));
                  });
        add_post(path + "/infer", [this](http::Request& request, const PathParameters& parameters) {
            const auto model = model_of(parameters, encoder_ != nullptr);
            if (!model.ok()) return just(error_response(model.error(), request));
            ModelStatistics& statistics = statistics_[static_cast<std::size_t>((*model)->id)];
            return handle_inference(services(), context_of(request)->grant(), request, **model,
                                    statistics);
        });
    }
}

void App::add_kserve_model(std::string pattern, KserveAnswer answer) {
    add_light(
        std::move(pattern), Access::keyed,
        [this, answer = std::move(answer)](http::Request& request,
                                           const PathParameters& parameters) {
            const auto model = model_of(parameters, encoder_ != nullptr);
            return just(model.ok() ? answer(**model) : error_response(model.error(), request));
        });
}

void App::add_kserve_repository() {
    const auto add = [this](std::string pattern, http::Handler handler) {
        router_.add(
            {Verb::post, std::move(pattern), Access::keyed, http::Work::light, std::move(handler)});
    };
    add("/v2/repository/index", [this](http::Request& request, const PathParameters&) {
        return just(kserve_index(request));
    });
    for (const Residence wanted : {Residence::load, Residence::unload}) {
        add("/v2/repository/models/{model}/" + std::string(word_of(wanted)),
            [this, wanted](http::Request& request, const PathParameters& parameters) {
                return kserve_residence(request, parameters.front().second, wanted);
            });
    }
}

// Collections are loaded and unloaded; the models are built in.
awaitable<http::Response> App::kserve_residence(http::Request& request, std::string_view name,
                                                Residence wanted) {
    const bool is_model = kserve::find_model(name, std::nullopt, /*has_encoder=*/true).ok();
    if (is_model || collections_now() == nullptr) {
        co_return error_response(kserve::is_built_in(name, word_of(wanted)), request);
    }
    const Services& all = services();
    http::Response response = co_await handle_residence(all, request, name, wanted);
    if (!response.error) response.body.clear();
    co_return response;
}

// As Triton answers it: by its status alone.
http::Response App::kserve_ready(const http::Request& request) const {
    http::Response response = ready(request);
    response.body.clear();
    return response;
}

http::Response App::kserve_model_ready(const http::Request& request,
                                       const PathParameters& parameters) const {
    const auto model = model_of(parameters, encoder_ != nullptr);
    if (model.ok()) return kserve_ready(request);
    http::Response response = error_response(model.error(), request);
    if (model.error().code == Code::no_encoder) response.status = 503;
    return response;
}

http::Response App::kserve_statistics(std::span<const kserve::Model> models) const {
    std::vector<kserve::ModelFigures> figures;
    for (const kserve::Model& model : models)
        figures.push_back({&model, statistics_[static_cast<std::size_t>(model.id)].figures()});
    return json_response(kserve::print_statistics(figures));
}

http::Response App::kserve_index(http::Request& request) const {
    const Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) return error_response(payload.error(), request);
    const Result<bool> ready_alone = kserve::wants_ready_alone(*payload);
    if (!ready_alone.ok()) return error_response(ready_alone.error(), request);
    const Readiness now = readiness(context_of(request)->settings->shed_percent);
    std::vector<CollectionInfo> collections;
    if (const auto* const part = collections_now()) collections = part->figures().collections;
    std::span<const kserve::Model> models = kserve::models(encoder_ != nullptr);
    // Collections that load keep the server from being ready, and no model.
    const bool is_serving = now.is_ready || now.is_loading;
    if (*ready_alone) {
        if (!is_serving) models = {};
        std::erase_if(collections, [](const CollectionInfo& info) {
            return info.state != CollectionState::ready;
        });
    }
    return json_response(
        kserve::print_index(models, is_serving ? "" : to_string(now.state), collections));
}

}  // namespace qr
