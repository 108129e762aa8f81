#include "carillon/auth/signature.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <memory>
#include <span>

namespace carillon {
namespace {

struct Free {
    void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

/// OpenSSL fails here only without memory or its default provider; nothing can be signed then.
void require(bool done) noexcept {
    if (!done) std::abort();
}

const unsigned char* bytes_of(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex(std::span<const unsigned char> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(2 * bytes.size());
    for (const unsigned char byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 0x0F];
    }
    return out;
}

/// An HMAC context that keeps its key. Looking up the algorithm, creating a context and setting a
/// key each cost more than a digest, so they are done once per process, once per thread, and when
/// the secret changes; a thread mostly signs with the secret of its previous call.
class KeyedHmac {
public:
    KeyedHmac() : context_(EVP_MAC_CTX_new(algorithm())) {
        char digest[] = "SHA256";
        const OSSL_PARAM parameters[] = {
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
            OSSL_PARAM_construct_end()};
        require(context_ && EVP_MAC_CTX_set_params(context_.get(), parameters) == 1);
    }

    /// The context, ready for a text that is signed with `secret`.
    EVP_MAC_CTX* keyed_with(std::string_view secret) {
        const bool is_same = keyed_ && equal_in_constant_time(secret, secret_);
        // Null: the previous key.
        const unsigned char* const key = is_same ? nullptr : bytes_of(secret.empty() ? "" : secret);
        require(EVP_MAC_init(context_.get(), key, is_same ? 0 : secret.size(), nullptr) == 1);
        if (!is_same) secret_ = secret;
        keyed_ = true;
        return context_.get();
    }

private:
    static EVP_MAC* algorithm() {
        static EVP_MAC* const fetched = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
        return fetched;
    }

    std::unique_ptr<EVP_MAC_CTX, Free> context_;
    std::string secret_;
    bool keyed_ = false;
};

char lower(char c) noexcept {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c;
}

}  // namespace

std::string hmac_sha256_hex(std::string_view secret, std::string_view text) {
    thread_local KeyedHmac hmac;
    EVP_MAC_CTX* const context = hmac.keyed_with(secret);
    unsigned char digest[32];
    std::size_t size = 0;
    require(EVP_MAC_update(context, bytes_of(text), text.size()) == 1 &&
            EVP_MAC_final(context, digest, &size, sizeof digest) == 1);
    return hex({digest, size});
}

std::string md5_hex(std::string_view bytes) {
    static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "MD5", nullptr);
    thread_local const std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
    unsigned char digest[16];
    unsigned int size = 0;
    require(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1 &&
            EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
            EVP_DigestFinal_ex(context.get(), digest, &size) == 1);
    return hex({digest, size});
}

bool equal_in_constant_time(std::string_view given, std::string_view secret) noexcept {
    // One of another length is compared with itself, which takes as long.
    const bool same_size = given.size() == secret.size();
    const std::string_view other = same_size ? secret : given;
    return (CRYPTO_memcmp(given.data(), other.data(), given.size()) == 0) & same_size;
}

bool contains_in_constant_time(std::string_view text, std::string_view secret) noexcept {
    bool found = false;
    for (std::size_t at = 0; at + secret.size() <= text.size(); ++at) {
        found |= CRYPTO_memcmp(text.data() + at, secret.data(), secret.size()) == 0;
    }
    return found;
}

bool is_hex_digest(std::string_view given, std::string_view digest) {
    if (given.size() != digest.size()) return false;
    std::string lowered{given};
    for (char& c : lowered) c = lower(c);
    return equal_in_constant_time(lowered, digest);
}

}  // namespace carillon
