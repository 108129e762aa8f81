#include "carillon/clients/websocket_clients.hpp"

#include <algorithm>
#include <chrono>

#include "carillon/auth/query.hpp"
#include "carillon/base/percent.hpp"
#include "carillon/websocket/handshake.hpp"
#include "client_session.hpp"

namespace carillon {
namespace {

namespace http = boost::beast::http;
using namespace std::chrono_literals;

constexpr auto drain_step = 20ms;

/// Several fields of one name count as one list (RFC 9110, 5.3).
std::string joined(const HttpRequest& request, http::field name) {
    std::string all;
    const auto [begin, end] = request.message.equal_range(name);
    for (auto field = begin; field != end; ++field) {
        if (!all.empty()) all += ",";
        all += field->value();
    }
    return all;
}

boost::system::result<WsUpgrade, WsRefusal> judge(const HttpRequest& request) {
    const std::string connection = joined(request, http::field::connection);
    const std::string upgrade = joined(request, http::field::upgrade);
    const std::string protocol = joined(request, http::field::sec_websocket_protocol);
    return accept_ws_upgrade({
        .method = request.method(),
        .http_version = request.message.version(),
        .has_host = request.message.count(http::field::host) > 0,
        .upgrade = upgrade,
        .connection = connection,
        .version = request.header(http::field::sec_websocket_version),
        .key = request.header(http::field::sec_websocket_key),
        .protocol = protocol,
    });
}

HttpResponse to_response(const WsRefusal& refusal) {
    HttpResponse response{.status = static_cast<int>(refusal.status)};
    response.body.append(refusal.why).append("\n");
    if (refusal.status == 405) response.headers.emplace_back("Allow", "GET");
    if (refusal.status == 426) {
        response.headers.emplace_back("Upgrade", "websocket");
        response.headers.emplace_back("Connection", "upgrade");
        response.headers.emplace_back("Sec-WebSocket-Version", "13");
    }
    return response;
}

Frame switching_protocols(const WsUpgrade& accepted) {
    std::string text =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        accepted.accept + "\r\n";
    if (!accepted.subprotocol.empty()) {
        text.append("Sec-WebSocket-Protocol: ").append(accepted.subprotocol).append("\r\n");
    }
    return Frame::copy_of(text.append("\r\n"));
}

/// Fit to be shown to whoever sent it, within a close reason.
bool is_printable(std::string_view key) {
    return key.size() <= 64 && std::ranges::all_of(key, [](char c) { return c > ' ' && c <= '~'; });
}

/// Absent or empty means 7. Source: protocol.md 1.2.
bool speaks(std::string_view query) {
    const auto parameters = Query::parse(query);
    if (!parameters) return false;
    const std::string_view version = parameters->find("protocol").value_or("");
    return version.empty() || version == "7" || version == "6" || version == "5" || version == "4";
}

}  // namespace

struct WebSocketClients::Sessions : HookedList<ClientSession, ClientSessions> {};

WebSocketClients::WebSocketClients(EventLoop& loop, ChannelShard& channels, ShardMetrics& metrics,
                                   std::shared_ptr<const AppRegistry> apps,
                                   const ConnectionOptions& options, std::string path_prefix)
    : loop_(loop),
      channels_(channels),
      metrics_(metrics),
      apps_(std::move(apps)),
      options_(options),
      path_prefix_(std::move(path_prefix)),
      drain_timer_(loop.context()),
      sessions_(std::make_unique<Sessions>()) {}

WebSocketClients::~WebSocketClients() {
    sessions_->clear();
}

void WebSocketClients::add_routes(HttpRoutes& routes) {
    const HttpHandler refuse = [](const HttpRequest&, HttpReply reply) {
        reply.send(to_response({426, "This is a WebSocket endpoint"}));
    };
    routes.add("GET", "/app/*", refuse);
    routes.add("GET", "/app", [](const HttpRequest&, HttpReply reply) {
        reply.send({.status = 400, .body = "The app key is missing\n"});
    });
}

std::optional<HttpResponse> WebSocketClients::upgrade(const HttpRequest& request,
                                                      const HttpUpgrade& upgrade) {
    const auto segments = path_segments(without_prefix(request.path, path_prefix_));
    if (segments.size() == 1 && segments[0] == "app") {
        return HttpResponse{.status = 400, .body = "The app key is missing\n"};
    }
    const auto verdict = judge(request);
    if (!verdict) return to_response(verdict.error());
    const bool is_app_path = segments.size() == 2 && segments[0] == "app";
    const std::string key = is_app_path ? percent_decode(segments[1]) : "";
    const auto app = is_app_path ? apps_->find_by_key(key) : nullptr;
    auto refused = is_app_path ? refusal(request, app.get(), key)
                               : Refusal{Errc::path_unknown, "Path not found"};

    const auto session =
        std::make_shared<ClientSession>(loop_, upgrade.stream(), options_, metrics_);
    sessions_->push_back(*session);
    upgrade.stream().send(switching_protocols(*verdict));
    if (refused) {
        session->refuse(refused->code, refused->message);
    } else {
        session->open(channels_, app, options_.activity_timeout_seconds);
    }
    upgrade.take(session);
    return std::nullopt;
}

std::optional<WebSocketClients::Refusal> WebSocketClients::refusal(const HttpRequest& request,
                                                                   const App* app,
                                                                   std::string_view key) const {
    if (draining_) return Refusal{Errc::shutting_down, "Server is shutting down"};
    if (!speaks(request.query)) {
        return Refusal{Errc::protocol_unsupported, "Unsupported protocol version"};
    }
    if (app == nullptr) {
        return Refusal{Errc::app_unknown, is_printable(key)
                                              ? "App key " + std::string(key) + " does not exist"
                                              : "This app key does not exist"};
    }
    if (!app->enabled) return Refusal{Errc::app_disabled, "Application is disabled"};
    if (app->tls_only && !request.origin.secure) {
        return Refusal{Errc::tls_required, "Application only accepts TLS connections"};
    }
    // Counted first, so that two shards cannot both take the last place.
    const std::uint32_t max = app->limits.max_connections;
    if (app->open_connections->fetch_add(1, std::memory_order_relaxed) < max || max == 0) {
        return std::nullopt;
    }
    app->open_connections->fetch_sub(1, std::memory_order_relaxed);
    return Refusal{Errc::app_over_quota, "Application has too many connections"};
}

void WebSocketClients::set_apps(std::shared_ptr<const AppRegistry> apps) {
    apps_ = std::move(apps);
    for (auto at = sessions_->begin(); at != sessions_->end();) {
        ClientSession& session = *at++;
        if (session.connection() == nullptr) continue;
        const auto app = apps_->find_by_id(session.connection()->app().id.get());
        if (!app) {
            session.refuse(Errc::app_unknown, "The app was removed");
        } else if (!app->enabled) {
            session.refuse(Errc::app_disabled, "Application is disabled");
        } else {
            session.connection()->set_app(app);
        }
    }
}

void WebSocketClients::drain(Duration time) {
    draining_ = true;
    drain_end_ = loop_.now() + time;
    close_some();
}

void WebSocketClients::close_some() {
    std::size_t open = 0;
    for (ClientSession& session : *sessions_) open += session.connection() != nullptr ? 1U : 0U;
    if (open == 0) return;
    const auto steps = std::max<std::int64_t>(1, (drain_end_ - loop_.now()) / drain_step);
    std::size_t now =
        (open + static_cast<std::size_t>(steps) - 1) / static_cast<std::size_t>(steps);
    for (auto at = sessions_->begin(); at != sessions_->end() && now > 0;) {
        ClientSession& session = *at++;
        if (session.connection() == nullptr) continue;
        session.refuse(Errc::shutting_down, "Server is shutting down");
        --now;
    }
    drain_timer_.expires_after(drain_step);
    drain_timer_.async_wait([this](boost::system::error_code error) {
        if (error) return;
        loop_.refresh_time();
        close_some();
    });
}

WebSocketClients::Census WebSocketClients::census() const {
    Census census;
    for (ClientSession& session : *sessions_) {
        if (session.connection() == nullptr) continue;
        ++census[{session.connection()->app().id.get(), session.secure() ? "wss" : "ws"}];
    }
    return census;
}

bool WebSocketClients::idle() const noexcept {
    return sessions_->empty();
}

}  // namespace carillon
