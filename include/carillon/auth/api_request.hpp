#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "carillon/auth/query.hpp"
#include "carillon/base/credential.hpp"

namespace carillon {

/// What an SDK signs of a request to the REST API.
struct ApiRequest {
    std::string_view method;
    std::string_view path;  ///< as requested: not decoded, without the query
    const Query& query;
    std::string_view body;
};

/// The answer to a request that is not let in: plain text that ends in a newline and may be shown
/// to whoever sent it. It never holds a secret or a digest of ours.
struct ApiRefusal {
    int status;
    std::string text;
};

/// Checks the key, version, timestamp, signature and body checksum of a request, in that order;
/// nullopt lets it in. SDKs differ in what they escape before and after signing, so a few readings
/// of path and query are tried. `credentials`: of the app that the path names. The timestamp must
/// be less than `window_seconds` from `now_unix_seconds`. `path_prefix`: configured, may be empty;
/// SDKs sign the path with it or without. Source: wire.md 5.2.
[[nodiscard]] std::optional<ApiRefusal> check_api_request(const ApiRequest& request,
                                                          std::span<const Credential> credentials,
                                                          std::int64_t now_unix_seconds,
                                                          std::int64_t window_seconds,
                                                          std::string_view path_prefix);

}  // namespace carillon
