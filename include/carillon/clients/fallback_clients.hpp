#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "carillon/base/hash.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/clients/clients.hpp"
#include "carillon/net/http.hpp"
#include "carillon/net/http_routes.hpp"

namespace carillon {

class FallbackSession;

/// The way of Pusher clients into a shard by HTTP requests, where WebSockets are blocked:
/// `xhr_streaming` and `xhr_polling` of pusher-js. A session lives on the shard that its path
/// names; requests for it are brought there. Source: wire.md 7.
class FallbackClients {
public:
    /// What is referred to must outlive this. `shards`: how many there are.
    FallbackClients(EventLoop& loop, Clients& clients, ShardMetrics& metrics,
                    const ConnectionOptions& options, std::string path_prefix,
                    std::uint16_t shards);
    ~FallbackClients();

    /// The routes refer to this object.
    void add_routes(HttpRoutes& routes);

    /// The shard of the session that `path` is about, if it is about one.
    [[nodiscard]] std::optional<ShardId> home(std::string_view path) const;

private:
    void on_xhr_streaming(const HttpRequest& request, const HttpReply& reply);
    void on_xhr(const HttpRequest& request, const HttpReply& reply);
    void on_xhr_send(const HttpRequest& request, const HttpReply& reply);

    /// Lets `attach` give the session its receive request; a session that is new enters then.
    void receive(const HttpRequest& request, const HttpReply& reply,
                 const std::function<void(FallbackSession&)>& attach);

    EventLoop& loop_;
    Clients& clients_;
    ShardMetrics& metrics_;
    ConnectionOptions options_;
    std::string path_prefix_;
    std::uint16_t shards_;
    boost::unordered_flat_map<std::string, std::shared_ptr<FallbackSession>, StringHash,
                              std::equal_to<>>
        sessions_;
};

/// What pusher-js reports to with `enableStats`: is answered, and forgotten. Source: wire.md
/// 7.10.
void add_timeline_routes(HttpRoutes& routes);

}  // namespace carillon
