#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <utility>

#include "carillon/net/tls.hpp"
#include "ticket_keys.hpp"

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

/// What belongs to a context for as long as a connection uses it, which may be longer than we do.
struct Tickets {
    explicit Tickets(Now clock) : now(std::move(clock)), keys(now()) {}

    Now now;
    TicketKeys keys;
};

void free_tickets(void*, void* tickets, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<Tickets*>(tickets);
}

int tickets_index() {
    static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_tickets);
    return index;
}

bool set_up(EVP_MAC_CTX* mac, const TicketKeys::Key& key) {
    std::string digest = "SHA256";
    std::array<unsigned char, 32> secret = key.mac;
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret.data(), secret.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    const bool done = EVP_MAC_CTX_set_params(mac, parameters) == 1;
    OPENSSL_cleanse(secret.data(), secret.size());
    return done;
}

/// Names the key of a new ticket, or finds the one of a client's. Source: OpenSSL,
/// SSL_CTX_set_tlsext_ticket_key_evp_cb(3).
int choose_ticket_key(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
                      EVP_MAC_CTX* mac, int encrypting) {
    constexpr int failed = -1, unknown = 0, found = 1, found_and_renew = 2;
    constexpr std::size_t name_size = std::tuple_size_v<decltype(TicketKeys::Key::name)>;
    auto& tickets =
        *static_cast<Tickets*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), tickets_index()));
    const EVP_CIPHER* const algorithm = EVP_aes_256_cbc();
    if (encrypting == 1) {
        const TicketKeys::Key key = tickets.keys.current(tickets.now());
        std::ranges::copy(key.name, name);
        const bool done =
            RAND_bytes(iv, EVP_CIPHER_get_iv_length(algorithm)) == 1 &&
            EVP_EncryptInit_ex2(cipher, algorithm, key.cipher.data(), iv, nullptr) == 1 &&
            set_up(mac, key);
        return done ? found : failed;
    }
    const auto known = tickets.keys.find({name, name_size}, tickets.now());
    if (!known) return unknown;
    if (EVP_DecryptInit_ex2(cipher, algorithm, known->key.cipher.data(), iv, nullptr) != 1 ||
        !set_up(mac, known->key)) {
        return failed;
    }
    // A ticket of TLS 1.3 is good for one visit (RFC 8446, C.4).
    return known->is_current && SSL_version(ssl) < TLS1_3_VERSION ? found : found_and_renew;
}

}  // namespace

void TlsContext::Free::operator()(SSL_CTX* context) const noexcept {
    SSL_CTX_free(context);
}

TlsContext::TlsContext(const std::string& certificate_file, const std::string& key_file, Now now)
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
    auto tickets = std::make_unique<Tickets>(std::move(now));
    if (SSL_CTX_set_ex_data(context, tickets_index(), tickets.get()) != 1) throw std::bad_alloc();
    static_cast<void>(tickets.release());
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, choose_ticket_key);
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
