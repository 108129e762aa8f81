#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon {

/// One entry of an app's list of web origins: `*`, or scheme, host and port as browsers write them;
/// `*.` before the host matches any subdomain. Source: RFC 6454, 6.2.
class OriginPattern {
public:
    /// Nothing if `text` is not such an entry.
    [[nodiscard]] static std::optional<OriginPattern> parse(std::string_view text);
    [[nodiscard]] bool matches(std::string_view origin) const;

private:
    std::string scheme_;
    std::string host_;  ///< if `any_prefix_`, the part after `*`
    std::string port_;
    bool any_ = false;
    bool any_prefix_ = false;
};

/// The origins of the web pages that may connect to an app. An empty list allows all. Requests
/// without an Origin header are allowed: browsers always send one, other clients do not.
class AllowedOrigins {
public:
    AllowedOrigins() = default;
    explicit AllowedOrigins(std::vector<OriginPattern> patterns) : patterns_(std::move(patterns)) {}

    /// `origin`: the header of the request, "" if it has none.
    [[nodiscard]] bool allows(std::string_view origin) const;

private:
    std::vector<OriginPattern> patterns_;
};

}  // namespace carillon
