// Who is asking: API keys as bearer tokens, compared in constant time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/base/error.h"
#include "server/http/message.h"

namespace qr {

class Authenticator {
  public:
    explicit Authenticator(std::vector<std::string> keys) : keys_(std::move(keys)) {}

    bool is_required() const { return !keys_.empty(); }

    // The tenant ("key-1" for the first key, "" when no keys are configured). Errors:
    // `unauthenticated`.
    Result<std::string> tenant_of(const http::Fields& fields) const;

  private:
    std::vector<std::string> keys_;
};

}  // namespace qr
