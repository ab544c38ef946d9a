// Routes by verb and path: exact segments and {name} captures, 404 and 405 told apart.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/error.h"
#include "server/http/message.h"

namespace qr::http {

// Parameters by name, in path order: views into the request's path.
using PathParameters = std::vector<std::pair<std::string_view, std::string_view>>;
using Handler = std::function<boost::asio::awaitable<Response>(Request&, const PathParameters&)>;

enum class Access { open, keyed };   // keyed: needs an API key once keys are configured
enum class Work { light, scoring };  // scoring: needs a backend, counts against the request limit

struct Route {
    Verb verb = Verb::get;
    std::string pattern;  // "/v1/collections/{name}"
    Access access = Access::keyed;
    Work work = Work::light;
    Handler handler;
    // Of a head that was routed here: whether the handler reads the body itself. Null: never.
    bool (*takes_stream)(const Request&) = nullptr;
};

class Router {
  public:
    void add(Route route);

    struct Match {
        const Route* route;
        PathParameters parameters;
    };
    // HEAD finds the GET route. Errors: `not_found`; `method_not_allowed` with `allowed` filled for
    // the Allow header ("GET, HEAD, OPTIONS").
    Result<Match> find(Verb verb, std::string_view path) const;
    // Verbs that `path` answers, OPTIONS included; empty when no route has that path.
    std::vector<Verb> verbs(std::string_view path) const;

    const std::vector<Route>& routes() const { return routes_; }

  private:
    std::vector<Route> routes_;
};

}  // namespace qr::http
