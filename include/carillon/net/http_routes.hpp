#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/net/http.hpp"

namespace carillon {

/// The handlers by method and path. In a pattern `*` stands for any one segment:
/// "/apps/*/channels/*". A trailing slash of the request is ignored, and the configured prefix is
/// optional.
class HttpRoutes {
public:
    explicit HttpRoutes(std::string prefix = {}) : prefix_(std::move(prefix)) {}

    /// `check`: requests that it accepts count as authenticated.
    void add(std::string_view method, std::string_view pattern, HttpHandler handler,
             HttpHeadCheck check = {});

    struct Match {
        const HttpHandler* handler = nullptr;  ///< null: no route has this path and method
        const HttpHeadCheck* check = nullptr;  ///< null: the head is not checked
        std::vector<std::string> values;       ///< percent-decoded
        std::string allowed;  ///< without a handler: the methods of the path, "" if it has none
    };
    [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

private:
    struct Route {
        std::string method;
        std::vector<std::string> segments;
        HttpHandler handler;
        HttpHeadCheck check;
    };

    std::string prefix_;
    std::vector<Route> routes_;
};

/// `path` without `prefix` ("" or "/x"), or as it is if it does not begin with that.
[[nodiscard]] std::string_view without_prefix(std::string_view path,
                                              std::string_view prefix) noexcept;

/// The segments of a path, not decoded: "/a/b/" → {"a", "b"}. Empty segments in front of "app" or
/// "apps" are left out, because a prefix that ends with a slash makes one; behind them they are
/// empty names.
[[nodiscard]] std::vector<std::string_view> path_segments(std::string_view path);

}  // namespace carillon
