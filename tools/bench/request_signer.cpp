#include "request_signer.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdlib>

#include "carillon/auth/signature.hpp"

namespace carillon::bench {
namespace {

constexpr std::size_t block_size = 64;  // Of SHA-256: what HMAC pads the key to.

struct Free {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, Free>;

/// OpenSSL fails here only without memory or its default provider.
void require(int done) noexcept {
    if (done != 1) std::abort();
}

void update(EVP_MD_CTX* context, std::string_view bytes) {
    require(EVP_DigestUpdate(context, bytes.data(), bytes.size()));
}

using Digest = std::array<unsigned char, 32>;

Digest finish(EVP_MD_CTX* context) {
    Digest digest;
    require(EVP_DigestFinal_ex(context, digest.data(), nullptr));
    return digest;
}

void append_hex(std::string& out, const Digest& digest) {
    for (const unsigned char byte : digest) {
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 0x0FU];
    }
}

}  // namespace

/// HMAC is hash(outer pad, hash(inner pad, text)). The states after the pads are kept, and that of
/// the inner one also after the part of the text that lasts a second.
struct RequestSigner::Digests {
    explicit Digests(std::string_view secret) {
        const EVP_MD* const sha256 = EVP_sha256();
        std::array<char, 32> hashed_key{};
        if (secret.size() > block_size) {
            require(EVP_Digest(secret.data(), secret.size(),
                               reinterpret_cast<unsigned char*>(hashed_key.data()), nullptr, sha256,
                               nullptr));
            secret = {hashed_key.data(), hashed_key.size()};
        }
        start(inner.get(), secret, 0x36);
        start(outer.get(), secret, 0x5C);
    }

    static void start(EVP_MD_CTX* context, std::string_view secret, unsigned pad) {
        std::string block(block_size, static_cast<char>(pad));
        for (std::size_t i = 0; i < secret.size(); ++i) {
            block[i] = static_cast<char>(static_cast<unsigned char>(secret[i]) ^ pad);
        }
        require(EVP_DigestInit_ex(context, EVP_sha256(), nullptr));
        update(context, block);
    }

    Context inner{EVP_MD_CTX_new()};
    Context outer{EVP_MD_CTX_new()};
    Context second{EVP_MD_CTX_new()};
    Context work{EVP_MD_CTX_new()};
};

RequestSigner::RequestSigner(const Credential& credential, std::string_view prefix,
                             std::string_view path, std::string_view host, bool keep_alive)
    : digests_(std::make_unique<Digests>(credential.secret)),
      path_(path),
      key_(credential.key),
      request_line_(fmt::format("POST {}{}?", prefix, path)),
      fields_(fmt::format(" HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n{}"
                          "Content-Length: ",
                          host, keep_alive ? "" : "Connection: close\r\n")) {}

RequestSigner::~RequestSigner() = default;

void RequestSigner::append(std::string& out, std::string_view body, std::int64_t unix_seconds) {
    if (unix_seconds != signed_second_) sign_second(unix_seconds);
    const std::string md5 = md5_hex(body);
    EVP_MD_CTX* const work = digests_->work.get();
    require(EVP_MD_CTX_copy_ex(work, digests_->second.get()));
    update(work, md5);
    const Digest inner = finish(work);
    require(EVP_MD_CTX_copy_ex(work, digests_->outer.get()));
    update(work, {reinterpret_cast<const char*>(inner.data()), inner.size()});

    out.append(request_line_).append(query_).append(md5).append("&auth_signature=");
    append_hex(out, finish(work));
    out.append(fields_)
        .append(fmt::format_int(body.size()).c_str())
        .append("\r\n\r\n")
        .append(body);
}

void RequestSigner::sign_second(std::int64_t unix_seconds) {
    signed_second_ = unix_seconds;
    query_ =
        fmt::format("auth_key={}&auth_timestamp={}&auth_version=1.0&body_md5=", key_, unix_seconds);
    EVP_MD_CTX* const second = digests_->second.get();
    require(EVP_MD_CTX_copy_ex(second, digests_->inner.get()));
    update(second, fmt::format("POST\n{}\n{}", path_, query_));
}

}  // namespace carillon::bench
