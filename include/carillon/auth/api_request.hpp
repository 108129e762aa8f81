#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "carillon/auth/query.hpp"
#include "carillon/base/credential.hpp"

namespace carillon {

/// The parts of a REST request that its signature covers. Views; must outlive the check.
struct ApiRequest {
    std::string_view method;
    std::string_view path;  ///< as requested: not decoded, without the query
    const Query& query;
    std::string_view body;
};

/// The response to a request that fails the check: plain text that ends in a newline. It contains
/// neither a secret nor a signature computed by the server.
struct ApiRefusal {
    int status;
    std::string text;
};

/// Checks the key, version, timestamp, signature and body checksum of a request, in that order;
/// nullopt: all are right. SDKs differ in what they escape before signing, so several forms of path
/// and query are accepted. `credentials`: of the app that the path names. The timestamp must be
/// less than `window_seconds` from `now_unix_seconds`. `path_prefix`: as configured, may be empty;
/// SDKs sign the path with or without it. Pure; any thread. Source: wire.md 5.2.
[[nodiscard]] std::optional<ApiRefusal> check_api_request(const ApiRequest& request,
                                                          std::span<const Credential> credentials,
                                                          std::int64_t now_unix_seconds,
                                                          std::int64_t window_seconds,
                                                          std::string_view path_prefix);

/// The same without the body and its checksum: all that can be said of a request before its body
/// has come. `request.body` is not looked at.
[[nodiscard]] std::optional<ApiRefusal> check_api_head(const ApiRequest& request,
                                                       std::span<const Credential> credentials,
                                                       std::int64_t now_unix_seconds,
                                                       std::int64_t window_seconds,
                                                       std::string_view path_prefix);

}  // namespace carillon
