#include "carillon/admin/admin_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <stdexcept>
#include <thread>
#include <utility>

#include "carillon/admin/reports.hpp"
#include "carillon/auth/signature.hpp"
#include "carillon/net/http_server.hpp"
#include "carillon/net/streams.hpp"

namespace carillon {
namespace {

constexpr std::string_view prometheus_type = "text/plain; version=0.0.4; charset=utf-8";

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
        loop.at_end_of_turn([this] { streams.end_turn(); });
    }

    HttpRoutes routes() {
        HttpRoutes routes;
        routes.add("GET", "/live", [](const HttpRequest&, const HttpReply& reply) {
            reply.send({.body = "live\n"});
        });
        routes.add("GET", "/ready", [this](const HttpRequest&, const HttpReply& reply) {
            const bool ready = node.ready();
            reply.send({.status = ready ? 200 : 503, .body = ready ? "ready\n" : "not ready\n"});
        });
        add_report(routes, "/metrics", prometheus_type, prometheus_text);
        add_report(routes, "/status", "application/json", status_json);
        return routes;
    }

    using Report = std::string (*)(const ProcessInfo&, const NodeSnapshot&);
    void add_report(HttpRoutes& routes, std::string_view path, std::string_view type,
                    Report report) {
        routes.add(
            "GET", path, [this, type, report](const HttpRequest& request, const HttpReply& reply) {
                if (!authorized(request)) {
                    return reply.send(
                        {.status = 401,
                         .body = "Send the token of admin.token: Authorization: Bearer …\n",
                         .headers = {{"WWW-Authenticate", "Bearer"}}});
                }
                node.collect([this, type, report, reply](NodeSnapshot snapshot) {
                    // This is the thread of the last shard to answer; the reply belongs to the
                    // admin thread.
                    boost::asio::post(loop.context(),
                                      [this, type, report, reply, snapshot = std::move(snapshot)] {
                                          reply.send({.body = report(node.process_info(), snapshot),
                                                      .content_type = type});
                                      });
                });
            });
    }

    [[nodiscard]] bool authorized(const HttpRequest& request) const {
        if (options.token.empty()) return true;
        const auto header = request.header("Authorization");
        constexpr std::string_view scheme = "Bearer ";
        return header.starts_with(scheme) &&
               equal_in_constant_time(header.substr(scheme.size()), options.token);
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
