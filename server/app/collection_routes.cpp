// The endpoints of collections, one line each.
#include <string>
#include <utility>

#include "server/app/app.h"
#include "server/app/just.h"
#include "server/app/request_context.h"
#include "server/handlers/collections.h"
#include "server/handlers/documents.h"
#include "server/handlers/ingest.h"
#include "server/handlers/search.h"

namespace qr {
namespace {

using boost::asio::awaitable;
using http::PathParameters;
using http::Request;
using http::Verb;

constexpr const char* kCollection = "/v1/collections/{name}";
constexpr const char* kDocuments = "/v1/collections/{name}/documents";
constexpr const char* kDocument = "/v1/collections/{name}/documents/{id}";

std::string_view name_in(const PathParameters& parameters) {
    return parameters.front().second;
}

}  // namespace

// All take a place: a listing may cost as much as a search.
void App::add_collection(Verb verb, std::string pattern, http::Handler handler,
                         bool (*takes_stream)(const Request&)) {
    router_.add({verb, std::move(pattern), http::Access::keyed, http::Work::scoring,
                 std::move(handler), takes_stream});
}

void App::add_collection_routes() {
    add_collection(Verb::get, "/v1/collections", [this](Request& request, const PathParameters&) {
        return just(list_collections(services(), request));
    });
    add_collection(Verb::get, kCollection, [this](Request& request, const PathParameters& path) {
        return just(describe_collection(services(), request, name_in(path)));
    });
    add_collection(Verb::put, kCollection, [this](Request& request, const PathParameters& path) {
        const Grant grant = context_of(request)->grant();
        return handle_create(services(), grant, request, name_in(path));
    });
    add_collection(Verb::del, kCollection, [this](Request& request, const PathParameters& path) {
        return handle_drop(services(), request, name_in(path));
    });
    add_collection(Verb::post, std::string(kCollection) + "/search",
                   [this](Request& request, const PathParameters& path) {
                       const Grant grant = context_of(request)->grant();
                       return handle_search(services(), grant, request, name_in(path));
                   });
    add_document_routes();
    add_collection_actions();
}

void App::add_document_routes() {
    const auto store = [this](Request& request, const PathParameters& path) {
        const Grant grant = context_of(request)->grant();
        return is_bulk(request) ? handle_ingest(services(), grant, request, name_in(path))
                                : handle_upsert(services(), grant, request, name_in(path));
    };
    add_collection(Verb::post, kDocuments, store, is_line_stream);
    add_collection(Verb::get, kDocuments, [this](Request& request, const PathParameters& path) {
        const Grant grant = context_of(request)->grant();
        return handle_list(services(), grant, request, name_in(path));
    });
    add_collection(Verb::del, kDocuments, [this](Request& request, const PathParameters& path) {
        const Grant grant = context_of(request)->grant();
        return handle_remove(services(), grant, request, name_in(path));
    });
    add_collection(Verb::get, kDocument, [this](Request& request, const PathParameters& path) {
        const Grant grant = context_of(request)->grant();
        return handle_fetch(services(), grant, request, name_in(path), path[1].second);
    });
    add_collection(Verb::del, kDocument, [this](Request& request, const PathParameters& path) {
        const Grant grant = context_of(request)->grant();
        return handle_remove_one(services(), grant, request, name_in(path), path[1].second);
    });
}

void App::add_collection_actions() {
    const auto add = [this](std::string_view action, auto handle) {
        add_collection(Verb::post, std::string(kCollection) + '/' + std::string(action),
                       [this, handle](Request& request, const PathParameters& path) {
                           return handle(services(), request, name_in(path));
                       });
    };
    add("load", [](const Services& services, Request& request, std::string_view name) {
        return handle_residence(services, request, name, Residence::load);
    });
    add("unload", [](const Services& services, Request& request, std::string_view name) {
        return handle_residence(services, request, name, Residence::unload);
    });
    add("export", [](const Services& services, Request& request, std::string_view name) {
        return handle_snapshot(services, request, name, Snapshot::write);
    });
    add("import", [](const Services& services, Request& request, std::string_view name) {
        return handle_snapshot(services, request, name, Snapshot::read);
    });
}

}  // namespace qr
