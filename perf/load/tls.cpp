#include "perf/load/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>

#include "perf/load/settings.h"

namespace qr::load {
namespace {

// As ALPN spells it: each name behind its length.
constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

bool is_address(const std::string& host) {
    in_addr address{};
    return ::inet_pton(AF_INET, host.c_str(), &address) == 1;
}

// A certificate names addresses and hosts apart, and only a host's name is sent ahead (SNI).
bool name_peer(SSL* session, const std::string& host) {
    if (is_address(host))
        return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session), host.c_str()) == 1;
    std::string name = host;  // SSL_set_tlsext_host_name is a macro with an old-style cast
    return ::SSL_set1_host(session, host.c_str()) == 1 &&
           ::SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                      name.data()) == 1;
}

}  // namespace

Result<TlsContext> TlsContext::create(const Plan& plan) {
    TlsContext made;
    made.context_.reset(::SSL_CTX_new(::TLS_client_method()));
    SSL_CTX* const context = made.context_.get();
    if (context == nullptr)
        return Error{.code = Code::unavailable, .message = "OpenSSL gives no context"};
    // An answer's own length says whether it is whole, so an end without close_notify is one.
    ::SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    ::SSL_CTX_set_mode(context,
                       SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    ::SSL_CTX_set_alpn_protos(context, kHttp11.data(), kHttp11.size());
    ::SSL_CTX_set_verify(context, plan.is_verified ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    if (plan.ca_file.empty()) {
        ::SSL_CTX_set_default_verify_paths(context);
    } else if (::SSL_CTX_load_verify_file(context, plan.ca_file.c_str()) != 1) {
        ::ERR_clear_error();
        return wrong("--ca-file", plan.ca_file, "a file of PEM certificates that can be read");
    }
    made.host_ = plan.host;
    return made;
}

std::unique_ptr<SSL, FreeSsl> TlsContext::start(int fd) const {
    std::unique_ptr<SSL, FreeSsl> session(::SSL_new(context_.get()));
    if (!session || ::SSL_set_fd(session.get(), fd) != 1) return nullptr;
    if (!name_peer(session.get(), host_)) return nullptr;
    ::SSL_set_connect_state(session.get());
    return session;
}

std::string tls_error(const SSL* session) {
    const long verified = ::SSL_get_verify_result(session);
    if (::SSL_get_verify_mode(session) == SSL_VERIFY_PEER && verified != X509_V_OK)
        return std::string("certificate: ") + ::X509_verify_cert_error_string(verified);
    const char* const reason = ::ERR_reason_error_string(::ERR_peek_last_error());
    return reason == nullptr ? "the server closed" : reason;
}

}  // namespace qr::load
