#include "carillon/clients/fallback_clients.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "carillon/base/percent.hpp"
#include "cors.hpp"
#include "fallback_session.hpp"

namespace carillon {
namespace {

/// pusher-js' default `httpPath`.
constexpr std::string_view default_prefix = "/pusher";

constexpr std::size_t refused_kept_max = 10'000;

/// The segments of a path that name a session: app key, server number, id; decoded.
using SessionPath = std::vector<std::string>;

bool is_session_part(std::string_view text) {
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    });
}

/// The key of a session in `sessions_`.
std::string session_name(const SessionPath& path) {
    return path[1] + '/' + path[2] + '/' + path[0];
}

bool is_well_formed(const SessionPath& path) {
    return is_session_part(path[1]) && is_session_part(path[2]);
}

std::string streaming_head(const HttpRequest& request) {
    std::string head = begin_response(200);
    const auto add = [&head](std::string_view name, std::string_view value) {
        head.append(name).append(": ").append(value).append("\r\n");
    };
    add("Content-Type", fallback_content_type);
    for (const auto& [name, value] : cors_fields(request)) add(name, value);
    add("X-Accel-Buffering", "no");  // Otherwise nginx would buffer the lines.
    add("Transfer-Encoding", "chunked");
    add("Connection", "close");
    return head.append("\r\n");
}

HttpResponse plain(const HttpRequest& request, int status, std::string_view text) {
    HttpResponse response{.status = status, .headers = cors_fields(request)};
    if (!text.empty()) response.body.append(text).append("\n");
    return response;
}

}  // namespace

FallbackClients::FallbackClients(EventLoop& loop, Clients& clients, ShardMetrics& metrics,
                                 const ConnectionOptions& options, std::string path_prefix,
                                 std::uint16_t shards)
    : loop_(loop),
      clients_(clients),
      metrics_(metrics),
      options_(options),
      path_prefix_(std::move(path_prefix)),
      shards_(shards) {}

FallbackClients::~FallbackClients() = default;

void FallbackClients::add_routes(HttpRoutes& routes) {
    using Endpoint = void (FallbackClients::*)(const HttpRequest&, const HttpReply&);
    const auto add = [&](std::string_view action, Endpoint endpoint) {
        for (const std::string_view prefix : {std::string_view(), default_prefix}) {
            const std::string pattern = std::string(prefix).append("/app/*/*/*/").append(action);
            routes.add("POST", pattern,
                       [this, endpoint](const HttpRequest& request, const HttpReply& reply) {
                           (this->*endpoint)(request, reply);
                       });
            routes.add("OPTIONS", pattern, [](const HttpRequest& request, const HttpReply& reply) {
                reply.send(preflight_answer(request));
            });
        }
    };
    add("xhr_streaming", &FallbackClients::on_xhr_streaming);
    add("xhr", &FallbackClients::on_xhr);
    add("xhr_send", &FallbackClients::on_xhr_send);
}

std::optional<ShardId> FallbackClients::home(std::string_view path) const {
    if (path.find("/app/") == std::string_view::npos) return std::nullopt;
    const auto all = path_segments(without_prefix(path, path_prefix_));
    const std::span segments =
        std::span(all).subspan(!all.empty() && all[0] == default_prefix.substr(1) ? 1 : 0);
    if (segments.size() != 5 || segments[0] != "app") return std::nullopt;
    const SessionPath session{percent_decode(segments[1]), percent_decode(segments[2]),
                              percent_decode(segments[3])};
    return static_cast<ShardId>((StringHash{}(session_name(session)) >> 32U) % shards_);
}

void FallbackClients::on_xhr_streaming(const HttpRequest& request, const HttpReply& reply) {
    receive(request, reply,
            [&](FallbackSession& session) { session.stream(reply, streaming_head(request)); });
}

void FallbackClients::on_xhr(const HttpRequest& request, const HttpReply& reply) {
    receive(request, reply, [&](FallbackSession& session) {
        std::vector<HttpField> fields = cors_fields(request);
        fields.emplace_back("X-Accel-Buffering", "no");
        session.poll(reply, std::move(fields));
    });
}

void FallbackClients::receive(const HttpRequest& request, const HttpReply& reply,
                              const std::function<void(FallbackSession&)>& attach) {
    if (!is_well_formed(request.path_values)) return reply.send(plain(request, 404, "Not found"));
    const std::string name = session_name(request.path_values);
    if (const auto known = sessions_.find(name); known != sessions_.end()) {
        return attach(*known->second);
    }
    const auto session = std::make_shared<FallbackSession>(loop_, options_, metrics_,
                                                           [this, name] { sessions_.erase(name); });
    sessions_.emplace(name, session);
    // A connection of one browser opens one session, that of a proxy those of many.
    reply.charge(options_.max_changes_per_second, change_burst);
    attach(*session);
    clients_.admit(*session, request.path_values[0], request);
    // A refused client finds the refusal again when it repeats its request, unless there are very
    // many of them, whose memory has to be bounded.
    const bool was_refused = session->connection() == nullptr && !session->awaits_admission();
    if (was_refused && sessions_.size() > refused_kept_max) sessions_.erase(name);
}

void FallbackClients::on_xhr_send(const HttpRequest& request, const HttpReply& reply) {
    const auto session = sessions_.find(session_name(request.path_values));
    if (session == sessions_.end()) return reply.send(plain(request, 404, "Session not found"));
    if (request.body().empty()) return reply.send(plain(request, 500, "Payload expected."));
    const auto kept = session->second;
    kept->on_xhr_send(request.body(), [fields = cors_fields(request), reply](int status) {
        HttpResponse response{.status = status, .headers = fields};
        switch (status) {
            case 204:
                response.headers.emplace_back("Content-Type", "text/plain; charset=UTF-8");
                break;
            case 404:
                response.body = "Session not found\n";
                break;
            case 413:
                response.body = "Message too large\n";
                break;
            default:
                response.body = "Broken JSON encoding.\n";
        }
        reply.send(response);
    });
}

}  // namespace carillon
