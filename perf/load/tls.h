// TLS over sockets that never wait, by OpenSSL: what a run's connections share, and one session.
//
// Each session is a full handshake: none is resumed, so that every connection costs what a new
// client's would. Versions and ciphers are OpenSSL's defaults.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "host/base/error.h"
#include "perf/load/plan.h"

namespace qr::load {

struct FreeSsl {
    void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
    void operator()(SSL* session) const { ::SSL_free(session); }
};

class TlsContext {
  public:
    // Errors: `invalid` for a file of certificates that cannot be read.
    static Result<TlsContext> create(const Plan& plan);

    // A client's session on a connected or connecting socket, which it does not own; none where
    // memory ran out.
    std::unique_ptr<SSL, FreeSsl> start(int fd) const;

  private:
    std::unique_ptr<SSL_CTX, FreeSsl> context_;
    std::string host_;
};

// What the last OpenSSL call on that session failed of, for people.
std::string tls_error(const SSL* session);

}  // namespace qr::load
