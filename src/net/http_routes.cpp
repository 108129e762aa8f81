#include "carillon/net/http_routes.hpp"

#include "carillon/base/percent.hpp"

namespace carillon {
namespace {

bool matches(const std::vector<std::string>& pattern,
             const std::vector<std::string_view>& segments) {
    if (pattern.size() != segments.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != "*" && pattern[i] != segments[i]) return false;
    }
    return true;
}

}  // namespace

std::string_view without_prefix(std::string_view path, std::string_view prefix) noexcept {
    const bool prefixed = !prefix.empty() && path.starts_with(prefix) &&
                          path.size() > prefix.size() && path[prefix.size()] == '/';
    return prefixed ? path.substr(prefix.size()) : path;
}

std::vector<std::string_view> path_segments(std::string_view path) {
    std::vector<std::string_view> segments;
    if (path.starts_with('/')) path.remove_prefix(1);
    if (path.ends_with('/')) path.remove_suffix(1);
    bool in_front = true;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        in_front = in_front && segment != "app" && segment != "apps";
        if (!segment.empty() || !in_front) segments.push_back(segment);
        if (slash == std::string_view::npos) break;
        path.remove_prefix(slash + 1);
    }
    return segments;
}

void HttpRoutes::add(std::string_view method, std::string_view pattern, HttpHandler handler,
                     HttpHeadCheck check) {
    const auto segments = path_segments(pattern);
    routes_.push_back({std::string(method),
                       {segments.begin(), segments.end()},
                       std::move(handler),
                       std::move(check)});
}

HttpRoutes::Match HttpRoutes::find(std::string_view method, std::string_view path) const {
    const auto segments = path_segments(without_prefix(path, prefix_));
    Match match;
    for (const Route& route : routes_) {
        if (!matches(route.segments, segments)) continue;
        if (route.method != method) {
            if (!match.allowed.empty()) match.allowed += ", ";
            match.allowed += route.method;
            continue;
        }
        match.handler = &route.handler;
        if (route.check) match.check = &route.check;
        for (std::size_t i = 0; i < segments.size(); ++i) {
            if (route.segments[i] == "*") match.values.push_back(percent_decode(segments[i]));
        }
        break;
    }
    return match;
}

}  // namespace carillon
