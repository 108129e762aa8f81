#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon {

/// One entry of an app's list of web origins: `*`, or scheme, host and port as browsers write them;
/// `*.` in front of the host stands for any names there. Source: RFC 6454, 6.2.
class OriginPattern {
public:
    /// Nothing if `text` is no such entry.
    [[nodiscard]] static std::optional<OriginPattern> parse(std::string_view text);
    [[nodiscard]] bool matches(std::string_view origin) const;

private:
    std::string scheme_;
    std::string host_;  ///< of what follows `*` if `any_prefix_`
    std::string port_;
    bool any_ = false;
    bool any_prefix_ = false;
};

/// The pages that may connect to an app. No list: all may. Whoever says nothing of an origin is no
/// page, and may; browsers always say.
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
