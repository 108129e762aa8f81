#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdexcept>
#include <string_view>

#include "carillon/net/tls.hpp"

namespace carillon {
namespace {

std::string last_error() {
    const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return reason != nullptr ? reason : "cannot be read";
}

[[noreturn]] void fail(const std::string& what, const std::string& file) {
    throw std::runtime_error(what + " " + file + ": " + last_error());
}

/// Selects http/1.1 if the client offers it. Otherwise none is selected, and the client decides.
int select_http(SSL*, const unsigned char** out, unsigned char* out_length,
                const unsigned char* offered, unsigned int offered_length, void*) {
    static constexpr unsigned char ours[] = "\x08http/1.1";
    unsigned char* selected = nullptr;
    const int found = SSL_select_next_proto(&selected, out_length, ours, sizeof ours - 1, offered,
                                            offered_length);
    if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
    *out = selected;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

void TlsContext::Free::operator()(SSL_CTX* context) const noexcept {
    SSL_CTX_free(context);
}

TlsContext::TlsContext(const std::string& certificate_file, const std::string& key_file)
    : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX* const context = context_.get();
    if (context == nullptr) throw std::runtime_error("cannot initialise TLS: " + last_error());
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_NO_COMPRESSION | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    // Tickets resume sessions on any shard, without the shared state of a cache.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // One is enough: a client that resumes gets another.
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_alpn_select_cb(context, select_http, nullptr);
    if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
        fail("cannot use the TLS certificate", certificate_file);
    }
    if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        fail("cannot use the TLS key", key_file);
    }
}

}  // namespace carillon
