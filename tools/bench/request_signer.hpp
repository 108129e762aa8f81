#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "carillon/base/credential.hpp"

namespace carillon::bench {

/// Writes signed POST requests for one path. All of the signature that a body does not change is
/// computed once a second, so a request costs the MD5 of its body and three blocks of SHA-256.
/// Source: wire.md 5.2.
class RequestSigner {
public:
    /// `path` begins with a slash and is what gets signed; `prefix` goes before it on the wire.
    RequestSigner(const Credential& credential, std::string_view prefix, std::string_view path,
                  std::string_view host, bool keep_alive);
    ~RequestSigner();

    void append(std::string& out, std::string_view body, std::int64_t unix_seconds);

private:
    struct Digests;

    void sign_second(std::int64_t unix_seconds);

    std::unique_ptr<Digests> digests_;
    std::string path_;
    std::string key_;
    std::string request_line_;  // "POST /prefix/path?"
    std::string fields_;        // From "HTTP/1.1" to "Content-Length: ".
    std::string query_;         // "auth_key=…&body_md5="
    std::int64_t signed_second_ = -1;
};

}  // namespace carillon::bench
