#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/net/http.hpp"

namespace carillon {

/// Which code answers which path. Patterns are segments, `*` stands for any one:
/// "/apps/*/channels/*". A trailing slash of the request does not matter. The configured prefix may
/// be there or not.
class HttpRoutes {
public:
    explicit HttpRoutes(std::string prefix = {}) : prefix_(std::move(prefix)) {}

    void add(std::string_view method, std::string_view pattern, HttpHandler handler);

    struct Match {
        const HttpHandler* handler = nullptr;  ///< null: nobody serves this
        std::vector<std::string> values;       ///< percent-decoded
        std::string allowed;  ///< without handler: methods that the path has, or ""
    };
    [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

private:
    struct Route {
        std::string method;
        std::vector<std::string> segments;
        HttpHandler handler;
    };

    std::string prefix_;
    std::vector<Route> routes_;
};

/// `path` without `prefix` ("" or "/x") in front, which may be missing.
[[nodiscard]] std::string_view without_prefix(std::string_view path,
                                              std::string_view prefix) noexcept;

/// "/a/b/" → {"a", "b"}, not decoded.
[[nodiscard]] std::vector<std::string_view> path_segments(std::string_view path);

}  // namespace carillon
