#include "carillon/clients/websocket_clients.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "carillon/base/percent.hpp"
#include "carillon/websocket/handshake.hpp"
#include "websocket_client_session.hpp"

namespace carillon {
namespace {

boost::system::result<WsUpgrade, WsRefusal> check_handshake(const HttpRequest& request,
                                                            bool may_deflate) {
    const std::string connection = request.header_list("Connection");
    const std::string upgrade = request.header_list("Upgrade");
    const std::string protocol = request.header_list("Sec-WebSocket-Protocol");
    const std::string extensions =
        may_deflate ? request.header_list("Sec-WebSocket-Extensions") : std::string{};
    return accept_ws_upgrade({
        .method = request.method(),
        .http_version = request.version(),
        .has_host = request.has_header("Host"),
        .upgrade = upgrade,
        .connection = connection,
        .version = request.header("Sec-WebSocket-Version"),
        .key = request.header("Sec-WebSocket-Key"),
        .protocol = protocol,
        .extensions = extensions,
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
    if (!accepted.deflate.empty()) {
        text.append("Sec-WebSocket-Extensions: ").append(accepted.deflate).append("\r\n");
    }
    return Frame::copy_of(text.append("\r\n"));
}

/// A client that offers subprotocols must fail the connection when none of them is selected (RFC
/// 6455, 4.1): browsers do, and say nothing of the cause.
void log_unknown_subprotocols(const HttpRequest& request) {
    if (!spdlog::should_log(spdlog::level::debug)) return;
    constexpr std::size_t shown_max = 200;
    std::string offered = request.header_list("Sec-WebSocket-Protocol");
    if (offered.empty()) return;
    offered.resize(std::min(offered.size(), shown_max));
    std::ranges::replace_if(
        offered, [](char c) { return c < ' ' || c > '~'; }, '?');
    spdlog::debug(
        "a client at {} offers the WebSocket subprotocol {}, which is not known here "
        "(pusher-channels-protocol-7 is): none is selected, for which a browser closes the "
        "connection",
        request.origin.address.to_string(), offered);
}

}  // namespace

void WebSocketClients::add_routes(HttpRoutes& routes) {
    const HttpHandler refuse = [](const HttpRequest&, const HttpReply& reply) {
        reply.send(to_response({426, "This is a WebSocket endpoint"}));
    };
    routes.add("GET", "/app/*", refuse);
    routes.add("GET", "/app", [](const HttpRequest&, const HttpReply& reply) {
        reply.send({.status = 400, .body = "The app key is missing\n"});
    });
}

std::optional<HttpResponse> WebSocketClients::upgrade(const HttpRequest& request,
                                                      const HttpUpgrade& upgrade) {
    const auto segments = path_segments(without_prefix(request.path, path_prefix_));
    if (segments.size() == 1 && segments[0] == "app") {
        return HttpResponse{.status = 400, .body = "The app key is missing\n"};
    }
    const auto accepted = check_handshake(request, options_.deflate_level > 0);
    if (!accepted) return to_response(accepted.error());
    if (accepted->subprotocol.empty()) log_unknown_subprotocols(request);
    const bool is_app_path = segments.size() == 2 && segments[0] == "app";
    const auto session = std::make_shared<WebSocketClientSession>(
        loop_, upgrade.stream(), options_, metrics_, !accepted->deflate.empty());
    upgrade.stream().send(switching_protocols(*accepted));
    if (is_app_path) {
        clients_.admit(*session, percent_decode(segments[1]), request);
    } else {
        clients_.refuse(*session, Errc::path_unknown, "Path not found");
    }
    upgrade.take(session);
    return std::nullopt;
}

}  // namespace carillon
