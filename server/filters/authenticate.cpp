#include "server/filters/authenticate.h"

#include <string_view>

namespace qr {
namespace {

// Looks at every byte whatever differs, so that timing tells nothing but the length.
bool is_equal(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < left.size(); ++i) {
        difference |= static_cast<unsigned>(left[i] ^ right[i]);
    }
    return difference == 0;
}

std::optional<std::string_view> bearer_of(std::string_view authorization) {
    constexpr std::string_view kScheme = "bearer ";
    if (authorization.size() <= kScheme.size()) return std::nullopt;
    for (std::size_t i = 0; i < kScheme.size(); ++i) {
        const char c = authorization[i];
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (lower != kScheme[i]) return std::nullopt;
    }
    return authorization.substr(kScheme.size());
}

}  // namespace

Result<std::string> Authenticator::tenant_of(const http::Fields& fields) const {
    if (!is_required()) return std::string();
    const auto bearer = bearer_of(fields.get("authorization"));
    if (bearer) {
        for (std::size_t i = 0; i < keys_.size(); ++i) {
            if (is_equal(*bearer, keys_[i])) return "key-" + std::to_string(i + 1);
        }
    }
    return Error{.code = Code::unauthenticated,
                 .message = bearer ? "the API key is not known here"
                                   : "this server needs an API key: send 'Authorization: Bearer "
                                     "<key>'"};
}

}  // namespace qr
