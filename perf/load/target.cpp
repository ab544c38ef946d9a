#include "perf/load/target.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>

#include "host/base/narrow.h"
#include "perf/load/settings.h"

namespace qr::load {

Result<Target> parse_url(const std::string& url) {
    constexpr std::string_view kHttp = "http://";
    constexpr std::string_view kHttps = "https://";
    constexpr std::uint16_t kHttpsPort = 443;
    const Error error = wrong("--url", url, "http[s]://HOST[:PORT][/PATH]");
    Target target;
    std::string_view rest = url;
    if (rest.starts_with(kHttps)) {
        target.scheme = Scheme::https;
        target.port = kHttpsPort;
        rest.remove_prefix(kHttps.size());
    } else if (rest.starts_with(kHttp)) {
        rest.remove_prefix(kHttp.size());
    } else {
        return error;
    }
    if (!std::ranges::all_of(rest, [](char c) { return c > ' ' && c <= '~'; })) return error;
    const std::string_view authority = rest.substr(0, rest.find('/'));
    target.path = rest.substr(authority.size());
    const std::size_t colon = authority.find(':');
    target.host = authority.substr(0, colon);
    if (target.host.empty()) return error;
    if (colon == authority.npos) return target;
    const Result<std::size_t> port =
        parse_count({std::string(authority.substr(colon + 1)), "--url"}, 1, 65'535);
    if (!port.ok()) return error;
    target.port = narrow<std::uint16_t>(*port);
    return target;
}

Result<sockaddr_in> resolve(const Plan& plan) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int code = ::getaddrinfo(plan.host.c_str(), nullptr, &hints, &found);
    if (code != 0) {
        return Error{.code = Code::invalid,
                     .message = "--url: host '" + plan.host +
                                "', allowed is an IPv4 address or a "
                                "name that has one (" +
                                ::gai_strerror(code) + ")"};
    }
    sockaddr_in address = *reinterpret_cast<const sockaddr_in*>(found->ai_addr);
    ::freeaddrinfo(found);
    address.sin_port = htons(plan.port);
    return address;
}

}  // namespace qr::load
