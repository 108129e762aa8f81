#include "carillon/redis/redis_tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>
#include <stdexcept>

namespace carillon {
namespace {

namespace ssl = boost::asio::ssl;

[[noreturn]] void fail(const std::string& what, const std::string& file) {
    const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    throw std::runtime_error(what + " " + file + ": " +
                             (reason != nullptr ? reason : "cannot be read"));
}

void trust(SSL_CTX* context, const std::string& file) {
    if (file.empty()) {
        if (SSL_CTX_set_default_verify_paths(context) != 1)
            fail("the authorities of", "the system");
    } else if (SSL_CTX_load_verify_file(context, file.c_str()) != 1) {
        fail("the authorities of Redis", file);
    }
}

void show(SSL_CTX* context, const RedisTlsFiles& files) {
    if (files.certificate.empty() != files.key.empty()) {
        throw std::runtime_error(
            "for Redis, a certificate and its key go together: there is only " + files.certificate +
            files.key);
    }
    if (files.certificate.empty()) return;
    if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
        fail("the certificate for Redis", files.certificate);
    }
    if (SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1) {
        fail("the key for Redis", files.key);
    }
}

}  // namespace

std::shared_ptr<ssl::context> make_redis_tls(const RedisTlsFiles& files) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX* const native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    trust(native, files.authorities);
    show(native, files);
    return context;
}

}  // namespace carillon
