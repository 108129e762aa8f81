#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "carillon/api/options.hpp"
#include "carillon/apps/app_registry.hpp"
#include "carillon/auth/api_request.hpp"
#include "carillon/auth/query.hpp"
#include "carillon/channels/channel_shard.hpp"
#include "carillon/net/http.hpp"
#include "carillon/net/http_routes.hpp"
#include "carillon/protocol/trigger.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// The REST API of one shard: translates signed requests of backends into calls on the domain. All
/// methods are called on the shard's thread. Source: wire.md 5.
class RestApi {
public:
    /// `channels` and `metrics` must outlive this.
    RestApi(EventLoop& loop, ChannelShard& channels, ShardMetrics& metrics,
            std::shared_ptr<const AppRegistry> apps, const ApiOptions& options,
            std::string path_prefix);

    /// The routes refer to this object.
    void add_routes(HttpRoutes& routes);

    void set_apps(std::shared_ptr<const AppRegistry> apps) { apps_ = std::move(apps); }

private:
    struct Call {
        const App& app;
        const HttpRequest& request;
        const Query& query;
    };
    using Endpoint = void (RestApi::*)(const Call&, const HttpReply&);

    /// Calls `endpoint` if the request is signed with credentials of its app.
    void serve(Endpoint endpoint, std::string_view pattern, const HttpRequest& request,
               const HttpReply& reply);
    /// Rejects a request before its body is read if the head alone is reason enough.
    [[nodiscard]] std::optional<HttpResponse> check_head(std::string_view pattern,
                                                         const HttpRequest& request);

    using AppOrRefusal = std::variant<std::shared_ptr<const App>, HttpResponse>;
    /// The app whose credentials signed the request: the one in the path, or, if `pattern` has
    /// none, that of `auth_key`. `check`: of the whole request, or of its head.
    [[nodiscard]] AppOrRefusal authenticate(std::string_view pattern, const HttpRequest& request,
                                            const Query& query,
                                            decltype(&check_api_request) check) const;

    void post_event(const Call& call, const HttpReply& reply);
    void post_batch(const Call& call, const HttpReply& reply);
    void post_channel_event(const Call& call, const HttpReply& reply);
    void get_channels(const Call& call, const HttpReply& reply);
    void get_channel(const Call& call, const HttpReply& reply);
    void get_users(const Call& call, const HttpReply& reply);
    void get_stats(const Call& call, const HttpReply& reply);
    void get_connections(const Call& call, const HttpReply& reply);
    void terminate_connections(const Call& call, const HttpReply& reply);

    /// Publishes and then calls `done`. If the node cannot queue more events, it answers 503
    /// instead.
    void publish(const App& app, std::span<const Trigger> triggers, const HttpReply& reply,
                 std::function<void()> done);

    EventLoop& loop_;
    ChannelShard& channels_;
    ShardMetrics& metrics_;
    std::shared_ptr<const AppRegistry> apps_;
    ApiOptions options_;
    std::string path_prefix_;
    TriggerParser parser_;
};

}  // namespace carillon
