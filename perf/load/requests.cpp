#include "perf/load/requests.h"

#include <algorithm>
#include <limits>
#include <set>

#include "host/base/narrow.h"
#include "perf/load/bodies.h"

namespace qr::load {
namespace {

constexpr std::size_t kHeadersMax = 64;
constexpr std::size_t kNameMax = 64;
constexpr std::size_t kWeightMax = 1'000'000;
constexpr const char* kRerankPath = "/v1/rerank";

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_visible(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

Error too_many(const std::string& origin, std::size_t found, std::size_t allowed) {
    return wrong(origin, std::to_string(found) + " of them", "at most " + std::to_string(allowed));
}

Result<void> read_headers(const RequestSettings& settings, Request& request) {
    const std::vector<Given>& headers = settings.headers;
    if (headers.size() > kHeadersMax)
        return too_many(headers[kHeadersMax].origin, headers.size(), kHeadersMax);
    for (const Given& header : headers) {
        const std::size_t colon = header.text.find(':');
        std::string name = header.text.substr(0, colon);
        std::ranges::transform(name, name.begin(), lower);
        const bool is_plain = std::ranges::all_of(header.text, [](char c) { return c >= ' '; });
        const bool is_ours = name == "host" || name == "content-length" ||
                             name == "transfer-encoding" || name == "connection";
        if (colon == header.text.npos || !is_visible(name) || !is_plain || is_ours) {
            return wrong(header.origin, header.text,
                         "'Name: value', other than Host, Connection, Content-Length, "
                         "Transfer-Encoding");
        }
        request.headers.push_back(header.text);
    }
    return {};
}

Result<void> read_names(const RequestSettings& settings, Request& request) {
    if (const Setting& name = settings.name) {
        if (!is_visible(name->text) || name->text.size() > kNameMax) {
            return wrong(name->origin, name->text,
                         "1.." + std::to_string(kNameMax) + " visible ASCII characters");
        }
        request.name = name->text;
    }
    if (settings.weight) {
        const Result<std::size_t> weight = parse_count(*settings.weight, 1, kWeightMax);
        if (!weight.ok()) return weight.error();
        request.weight = *weight;
    }
    const bool has_body = settings.format || !settings.bodies.empty();
    request.method = settings.method ? settings.method->text : has_body ? "POST" : "GET";
    if (request.method.empty() ||
        !std::ranges::all_of(request.method, [](char c) { return c >= 'A' && c <= 'Z'; }))
        return wrong(settings.method->origin, request.method, "upper-case letters");
    if (settings.format) request.path = kRerankPath;
    if (settings.collection)
        request.path = "/v1/collections/" + settings.collection->text + "/search";
    if (const Setting& path = settings.path) {
        if (!is_visible(path->text) || path->text[0] != '/')
            return wrong(path->origin, path->text, "a path that begins with '/'");
        request.path = path->text;
    }
    return {};
}

Result<BodyShape> read_shape(const RequestSettings& settings, std::uint64_t seed) {
    BodyShape shape{.seed = seed};
    const std::optional<Format> format = format_of(settings.format->text);
    if (!format)
        return wrong(settings.format->origin, settings.format->text,
                     "binary, base64, json or text");
    shape.format = *format;
    const bool is_text = *format == Format::text;
    const bool is_search = settings.collection.has_value();
    if (is_search) shape.documents = 0;
    const std::size_t& length = is_text ? shape.words : shape.dimension;
    const std::size_t& other = is_text ? shape.dimension : shape.words;
    struct Size {
        const Setting& given;
        const char* key;
        std::size_t lowest, highest;
        std::size_t& to;
        bool is_of_search = true, is_of_rerank = true;
    };
    constexpr std::size_t kTopNMax = std::numeric_limits<std::int32_t>::max();
    const Size sizes[] = {
        {settings.documents, "documents", 1, kDocumentsMax, shape.documents, false},
        {settings.queries, "queries", 1, kQueriesMax, shape.queries, true, false},
        {settings.k, "k", 1, kTopNMax, shape.top_n, true, false},
        {settings.dimension, "dimension", 1, kDimensionMax, shape.dimension},
        {settings.words, "words", 1, kWordsMax, shape.words},
        {settings.top_n, "top_n", 0, kTopNMax, shape.top_n, false},
        {settings.variants, "variants", 1, kBodiesMax, shape.variants}};
    for (const Size& size : sizes) {
        if (size.given && &size.to == &other)
            return wrong(size.given->origin, size.given->text,
                         "none with 'format' " + settings.format->text);
        const bool is_known = is_search ? size.is_of_search : size.is_of_rerank;
        if (!is_known && size.given) {
            return wrong(size.given->origin, size.given->text,
                         is_search ? "none with 'collection'" : "none without 'collection'");
        }
        if (!is_known) continue;
        const bool is_needed =
            &size.to == &shape.documents || &size.to == &length || &size.given == &settings.k;
        if (!size.given && is_needed) {
            return wrong(settings.origin + ": " + size.key, "", "a number, as there is a 'format'");
        }
        if (!size.given) continue;
        const Result<std::size_t> value = parse_count(*size.given, size.lowest, size.highest);
        if (!value.ok()) return value.error();
        size.to = *value;
    }
    return shape;
}

// Adds the bodies' bytes to `total`, at most what is allowed.
Result<void> count_bytes(const std::string& origin, std::size_t bytes, std::size_t& total) {
    total += bytes;
    if (total <= kBodyBytesMax) return {};
    return wrong(origin, std::to_string(total) + " bytes of bodies so far",
                 "at most " + std::to_string(kBodyBytesMax) + " of all requests together");
}

Result<void> generate(const RequestSettings& settings, std::uint64_t seed, Request& request,
                      std::size_t& total) {
    if (!settings.bodies.empty())
        return wrong(settings.bodies[0].origin, "a body", "none beside 'format'");
    const Result<BodyShape> shape = read_shape(settings, seed);
    if (!shape.ok()) return shape.error();
    if (Result<void> counted = count_bytes(settings.origin, bytes_max(*shape), total);
        !counted.ok())
        return counted;
    Bodies made = make_bodies(*shape);
    request.headers.insert(request.headers.end(), made.headers.begin(), made.headers.end());
    request.bodies = std::move(made.bodies);
    return {};
}

Result<void> read_bodies(const RequestSettings& settings, std::uint64_t seed, Request& request,
                         std::size_t& total) {
    if (settings.format) return generate(settings, seed, request, total);
    for (const Setting* const setting :
         {&settings.collection, &settings.queries, &settings.k, &settings.documents,
          &settings.dimension, &settings.words, &settings.top_n, &settings.variants}) {
        if (*setting) return wrong((*setting)->origin, (*setting)->text, "none without 'format'");
    }
    if (settings.bodies.size() > kBodiesMax)
        return too_many(settings.bodies[kBodiesMax].origin, settings.bodies.size(), kBodiesMax);
    for (const Given& body : settings.bodies) {
        if (Result<void> counted = count_bytes(body.origin, body.text.size(), total); !counted.ok())
            return counted;
        request.bodies.push_back(body.text);
    }
    return {};
}

}  // namespace

Result<std::vector<Request>> read_requests(const std::vector<RequestSettings>& all,
                                           std::uint64_t seed) {
    if (all.size() > kRequestsMax)
        return too_many(all[kRequestsMax].origin, all.size(), kRequestsMax);
    std::vector<Request> requests;
    std::set<std::string> names;
    std::size_t total = 0;
    for (const RequestSettings& settings : all) {
        Request request;
        if (Result<void> read = read_names(settings, request); !read.ok()) return read.error();
        if (Result<void> read = read_headers(settings, request); !read.ok()) return read.error();
        if (Result<void> read = read_bodies(settings, seed, request, total); !read.ok())
            return read.error();
        if (!names.insert(request.name).second)
            return wrong(settings.name ? settings.name->origin : settings.origin, request.name,
                         "a name that no other request has");
        requests.push_back(std::move(request));
    }
    return requests;
}

}  // namespace qr::load
