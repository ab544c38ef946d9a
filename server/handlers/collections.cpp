#include "server/handlers/collections.h"

#include <memory>
#include <utility>

#include "server/app/await_work.h"
#include "server/dialects/collection_print.h"
#include "server/dialects/collection_settings.h"
#include "server/handlers/collection_access.h"
#include "server/handlers/encode_texts.h"
#include "server/handlers/model.h"
#include "server/handlers/respond.h"

namespace qr {
namespace {

namespace asio = boost::asio;
using collections::CreateRequest;

constexpr int kCreated = 201;
constexpr std::string_view kProbe = "dimension";

http::Response created(const CollectionInfo& info) {
    http::Response response = json_response(collections::print_collection(info));
    response.status = kCreated;
    return response;
}

// An encoder that is a service may not have told its dimension yet: one text makes it.
asio::awaitable<Result<std::size_t>> dimension_of(const Services& services, Grant grant,
                                                  http::Request& request) {
    const std::size_t known = services.encoder->info().dimension;
    if (known != 0) co_return known;
    auto probe = std::make_shared<ScoreRequest>();
    probe->texts.query_rows = {0};
    probe->texts.queries = {std::string(kProbe)};
    const std::shared_ptr<ScoreRequest> asked = probe;
    const Result<TextEncoding> encoding = co_await encode_texts(services, grant, request, asked);
    if (!encoding.ok()) co_return encoding.error();
    co_return asked->vectors.queries.dimension;
}

asio::awaitable<Result<CollectionSettings>> settings_of(const Services& services, Grant grant,
                                                        http::Request& request,
                                                        const CreateRequest& asked) {
    CollectionSettings settings{.layout = {.dimension = asked.dimension.value_or(0),
                                           .storage = asked.storage,
                                           .scan = asked.scan},
                                .ttl_seconds = asked.ttl_seconds,
                                .encoder = {}};
    if (asked.dimension) co_return settings;
    if (services.encoder == nullptr) co_return no_encoder();
    const Result<std::size_t> dimension = co_await dimension_of(services, grant, request);
    if (!dimension.ok()) co_return dimension.error();
    settings.layout.dimension = *dimension;
    settings.encoder = services.encoder->info().digest;
    co_return settings;
}

// What PUT did: whether it was made now.
struct Made {
    CollectionInfo info;
    bool is_new = false;
};

Result<Made> make(Catalog& catalog, const std::string& name, const CollectionSettings& settings) {
    auto made = catalog.create(name, settings);
    if (made.ok()) return Made{(*made)->info(), true};
    if (made.error().code != Code::conflict) return made.error();
    const auto there = catalog.find(name);
    if (!there.ok()) return made.error();
    const CollectionInfo info = (*there)->info();
    const std::string differs = collections::difference(info.settings, settings);
    if (differs.empty()) return Made{info, false};
    return Error{.code = Code::conflict,
                 .message = "collection '" + name + "' exists with " + differs,
                 .found = differs,
                 .allowed = "the settings that it has, or another name"};
}

Result<std::filesystem::path> snapshot_folder(const CollectionServices& services,
                                              http::Request& request) {
    if (services.snapshot_dir.empty()) {
        return Error{.code = Code::not_found,
                     .message =
                         "snapshots: this server writes and reads none; allowed: start it "
                         "with the setting `snapshot_dir`, the folder they lie in",
                     .found = "no snapshots",
                     .allowed = "the setting `snapshot_dir`"};
    }
    const Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) return payload.error();
    const Result<std::string> folder = collections::read_folder(*payload);
    if (!folder.ok()) return folder.error();
    return services.snapshot_dir / *folder;
}

}  // namespace

asio::awaitable<http::Response> handle_create(const Services& services, Grant grant,
                                              http::Request& request, std::string_view name) {
    const auto collections = collections_of(services);
    if (!collections.ok()) co_return error_response(collections.error(), request);
    const Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) co_return error_response(payload.error(), request);
    const Result<CreateRequest> asked = collections::read_settings(*payload);
    if (!asked.ok()) co_return error_response(asked.error(), request);
    const CreateRequest& wanted = *asked;
    const Result<CollectionSettings> settings =
        co_await settings_of(services, grant, request, wanted);
    if (!settings.ok()) co_return error_response(settings.error(), request);
    WorkTerms<Made> terms{.work = [&catalog = (*collections)->catalog, name = std::string(name),
                                   settings = *settings] { return make(catalog, name, settings); },
                          .client = request.client};
    WorkPool& work = (*collections)->work;
    const Result<Made> made = co_await async_work(work, terms);
    if (!made.ok()) co_return error_response(made.error(), request);
    co_return made->is_new ? created(made->info)
                           : json_response(collections::print_collection(made->info));
}

http::Response describe_collection(const Services& services, const http::Request& request,
                                   std::string_view name) {
    const auto found = find_collection(services, name);
    if (!found.ok()) return error_response(found.error(), request);
    return json_response(collections::print_collection((*found)->info()));
}

http::Response list_collections(const Services& services, const http::Request& request) {
    const auto collections = collections_of(services);
    if (!collections.ok()) return error_response(collections.error(), request);
    return json_response(collections::print_collections((*collections)->catalog.list()));
}

asio::awaitable<http::Response> handle_drop(const Services& services, http::Request& request,
                                            std::string_view name) {
    const auto collections = collections_of(services);
    if (!collections.ok()) co_return error_response(collections.error(), request);
    const std::string dropped(name);
    WorkTerms<bool> terms{.work = [&catalog = (*collections)->catalog, dropped]() -> Result<bool> {
                              const Result<void> done = catalog.drop(dropped);
                              return done.ok() ? Result<bool>(true) : done.error();
                          },
                          .client = request.client};
    WorkPool& work = (*collections)->work;
    const Result<bool> done = co_await async_work(work, terms);
    if (!done.ok()) co_return error_response(done.error(), request);
    http::Response response;
    response.status = 204;
    response.content_type.clear();
    co_return response;
}

asio::awaitable<http::Response> handle_residence(const Services& services, http::Request& request,
                                                 std::string_view name, Residence wanted) {
    const auto collections = collections_of(services);
    if (!collections.ok()) co_return error_response(collections.error(), request);
    WorkTerms<CollectionInfo> terms{
        .work = [&catalog = (*collections)->catalog, name = std::string(name),
                 wanted]() -> Result<CollectionInfo> {
            const Result<void> done =
                wanted == Residence::load ? catalog.load(name) : catalog.unload(name);
            if (!done.ok()) return done.error();
            const auto found = catalog.find(name);
            return found.ok() ? Result<CollectionInfo>((*found)->info()) : found.error();
        },
        .client = request.client};
    WorkPool& chores = (*collections)->chores;
    const Result<CollectionInfo> info = co_await async_work(chores, terms);
    if (!info.ok()) co_return error_response(info.error(), request);
    co_return json_response(collections::print_collection(*info));
}

asio::awaitable<http::Response> handle_snapshot(const Services& services, http::Request& request,
                                                std::string_view name, Snapshot direction) {
    const auto collections = collections_of(services);
    if (!collections.ok()) co_return error_response(collections.error(), request);
    const Result<std::filesystem::path> folder = snapshot_folder(**collections, request);
    if (!folder.ok()) co_return error_response(folder.error(), request);
    WorkTerms<CollectionInfo> terms{
        .work = [&catalog = (*collections)->catalog, name = std::string(name), folder = *folder,
                 direction]() -> Result<CollectionInfo> {
            if (direction == Snapshot::read) {
                const auto read = catalog.import_from(name, folder);
                return read.ok() ? Result<CollectionInfo>((*read)->info()) : read.error();
            }
            const Result<void> written = catalog.export_to(name, folder);
            if (!written.ok()) return written.error();
            const auto found = catalog.find(name);
            return found.ok() ? Result<CollectionInfo>((*found)->info()) : found.error();
        },
        .client = request.client};
    WorkPool& chores = (*collections)->chores;
    const Result<CollectionInfo> info = co_await async_work(chores, terms);
    if (!info.ok()) co_return error_response(info.error(), request);
    co_return created(*info);
}

}  // namespace qr
