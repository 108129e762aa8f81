#pragma once

#include <string_view>

namespace carillon {

/// The target of a request in origin form (`/path?query`) or absolute form
/// (`http://host/path?query`), in views into the target. Splits, and checks nothing: a route or a
/// signature decides about characters that RFC 3986 does not allow, because clients send them (see
/// docs/decisions/0012). Source: RFC 9112, 3.2.
struct RequestTarget {
    std::string_view path;   ///< not decoded; "/" if the absolute form has none
    std::string_view query;  ///< not decoded, without the question mark

    [[nodiscard]] static RequestTarget split(std::string_view target) noexcept;
};

}  // namespace carillon
