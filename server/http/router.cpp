#include "server/http/router.h"

#include <algorithm>

namespace qr::http {
namespace {

// The parameters when `path` has the shape of `pattern`. Captures take one segment, never empty.
std::optional<PathParameters> match(std::string_view pattern, std::string_view path) {
    PathParameters parameters;
    while (!pattern.empty()) {
        if (pattern.front() != '{') {
            if (path.empty() || path.front() != pattern.front()) return std::nullopt;
            pattern.remove_prefix(1);
            path.remove_prefix(1);
            continue;
        }
        const std::size_t name_end = pattern.find('}');
        const std::size_t value_end = std::min(path.find('/'), path.size());
        if (value_end == 0) return std::nullopt;
        parameters.emplace_back(pattern.substr(1, name_end - 1), path.substr(0, value_end));
        pattern.remove_prefix(name_end + 1);
        path.remove_prefix(value_end);
    }
    if (!path.empty()) return std::nullopt;
    return parameters;
}

bool answers(Verb offered, Verb asked) {
    return offered == asked || (offered == Verb::get && asked == Verb::head);
}

std::string join(const std::vector<Verb>& verbs) {
    std::string text;
    for (const Verb verb : verbs) {
        if (!text.empty()) text += ", ";
        text += to_string(verb);
    }
    return text;
}

}  // namespace

void Router::add(Route route) {
    QR_CHECK(route.pattern.starts_with('/'));
    QR_CHECK(std::ranges::count(route.pattern, '{') == std::ranges::count(route.pattern, '}'));
    routes_.push_back(std::move(route));
}

Result<Router::Match> Router::find(Verb verb, std::string_view path) const {
    std::optional<Match> best;
    for (const Route& route : routes_) {
        if (!answers(route.verb, verb)) continue;
        std::optional<PathParameters> parameters = match(route.pattern, path);
        if (!parameters) continue;
        // An exact segment is the better answer than a capture, whichever was added first.
        if (best && best->parameters.size() <= parameters->size()) continue;
        best = Match{&route, std::move(*parameters)};
        if (best->parameters.empty()) break;
    }
    if (best) return std::move(*best);

    const std::vector<Verb> offered = verbs(path);
    if (offered.empty()) {
        return Error{.code = Code::not_found,
                     .message = "path: found '" + std::string(path) + "', which has no route",
                     .found = std::string(path)};
    }
    const std::string allowed = join(offered);
    return Error{.code = Code::method_not_allowed,
                 .message = "method: found " + std::string(to_string(verb)) + ", allowed for '" +
                            std::string(path) + "': " + allowed,
                 .found = std::string(to_string(verb)),
                 .allowed = allowed};
}

std::vector<Verb> Router::verbs(std::string_view path) const {
    std::vector<Verb> found;
    const auto add = [&found](Verb verb) {
        if (std::ranges::find(found, verb) == found.end()) found.push_back(verb);
    };
    for (const Route& route : routes_) {
        if (!match(route.pattern, path)) continue;
        add(route.verb);
        if (route.verb == Verb::get) add(Verb::head);
    }
    if (!found.empty()) add(Verb::options);
    return found;
}

}  // namespace qr::http
