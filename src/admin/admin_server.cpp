#include "carillon/admin/admin_server.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/string.hpp>
#include <stdexcept>
#include <thread>
#include <utility>

#include "carillon/admin/reports.hpp"
#include "carillon/auth/signature.hpp"
#include "carillon/base/url.hpp"
#include "carillon/net/http_server.hpp"
#include "carillon/net/streams.hpp"

namespace carillon {
namespace {

constexpr std::size_t unauthenticated_bytes_max = 1U << 20U;  // Requests here have no bodies.
constexpr std::string_view prometheus_type = "text/plain; version=0.0.4; charset=utf-8";

/// Whether no web page can have this `Host`: an address, or localhost. The owner of any other name
/// can let it point to 127.0.0.1 after a browser has loaded the page, which then could read the
/// answers (DNS rebinding).
bool is_own_host(std::string_view host) {
    if (host.empty()) return true;  // HTTP/1.0: no browser.
    const auto url = Url::parse("http://" + std::string(host));
    if (!url || url->has_user_info || !url->path.empty() || !url->query.empty()) return false;
    boost::system::error_code error;
    static_cast<void>(boost::asio::ip::make_address(url->host, error));
    return !error || boost::beast::iequals(url->host, "localhost");
}

HttpResponse no_upgrade() {
    return {.status = 404, .body = "Not found\n"};
}

}  // namespace

struct AdminServer::Impl {
    Impl(const AdminOptions& given, NodeSource& source)
        : options(given),
          node(source),
          streams(loop, make_gathered_flusher(), metrics),
          http(loop, streams, HttpOptions{}, routes(),
               [](const HttpRequest&, const HttpUpgrade&) { return no_upgrade(); }) {
        http.set_unauthenticated_max(unauthenticated_bytes_max);
        loop.at_end_of_turn([this] { streams.end_turn(); });
    }

    HttpRoutes routes() {
        HttpRoutes routes;
        add(routes, "/live",
            [](const HttpRequest&, const HttpReply& reply) { reply.send({.body = "live\n"}); });
        add(routes, "/ready", [this](const HttpRequest&, const HttpReply& reply) {
            const bool ready = node.ready();
            reply.send({.status = ready ? 200 : 503, .body = ready ? "ready\n" : "not ready\n"});
        });
        add_report(routes, "/metrics", prometheus_type, prometheus_text);
        add_report(routes, "/status", "application/json", status_json);
        return routes;
    }

    static void add(HttpRoutes& routes, std::string_view path, const HttpHandler& handler) {
        for (const std::string_view method : {"GET", "HEAD"}) routes.add(method, path, handler);
    }

    using Report = std::string (*)(const ProcessInfo&, const NodeSnapshot&);
    void add_report(HttpRoutes& routes, std::string_view path, std::string_view type,
                    Report report) {
        add(routes, path, [this, type, report](const HttpRequest& request, const HttpReply& reply) {
            if (!authorized(request)) {
                return reply.send(
                    {.status = 401,
                     .body = "Send the token of admin.token: Authorization: Bearer …\n",
                     .headers = {{"WWW-Authenticate", "Bearer"}}});
            }
            if (options.token.empty() && !is_own_host(request.header("Host"))) {
                return reply.send({.status = 403,
                                   .body = "Host must be an IP address or localhost; set "
                                           "admin.token to use another name\n"});
            }
            node.collect([this, type, report, reply](NodeSnapshot snapshot) {
                // This is the thread of the last shard to answer; the reply belongs to the admin
                // thread.
                boost::asio::post(
                    loop.context(), [this, type, report, reply, snapshot = std::move(snapshot)] {
                        reply.send(
                            {.body = report(node.process_info(), snapshot), .content_type = type});
                    });
            });
        });
    }

    [[nodiscard]] bool authorized(const HttpRequest& request) const {
        if (options.token.empty()) return true;
        std::string_view header = request.header("Authorization");
        constexpr std::string_view scheme = "Bearer ";
        if (!boost::beast::iequals(header.substr(0, scheme.size()), scheme)) return false;
        header.remove_prefix(scheme.size());
        header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
        return equal_in_constant_time(header, options.token);
    }

    AdminOptions options;
    NodeSource& node;
    ShardMetrics metrics;
    EventLoop loop{metrics};
    Streams streams;
    HttpServer http;
    std::unique_ptr<Listener> listener;
    std::thread thread;
};

AdminServer::AdminServer(const AdminOptions& options, NodeSource& node)
    : impl_(std::make_unique<Impl>(options, node)) {
    const Endpoint wanted{boost::asio::ip::make_address(options.address), options.port};
    if (const auto error = probe_endpoint(wanted)) {
        throw std::runtime_error("cannot listen on " + to_text(wanted) +
                                 " for administration (admin.port): " + error.message());
    }
    const auto accept = [impl = impl_.get()](int descriptor, const Endpoint& peer) {
        impl->http.accept(descriptor, peer.address());
    };
    impl_->listener = std::make_unique<Listener>(impl_->loop, wanted, accept);
    impl_->listener->start();
    impl_->thread = std::thread([impl = impl_.get()] { impl->loop.run(); });
}

AdminServer::~AdminServer() {
    impl_->loop.stop();
    impl_->thread.join();
}

Endpoint AdminServer::endpoint() const {
    return impl_->listener->endpoint();
}

}  // namespace carillon
