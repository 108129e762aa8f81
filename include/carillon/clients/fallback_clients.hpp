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

/// Pusher clients that use HTTP requests because WebSockets are blocked: the transports
/// `xhr_streaming` and `xhr_polling` of pusher-js. A session lives on the shard that its path
/// determines, and `HttpServer` moves its requests there. One shard. Source: wire.md 7.
class FallbackClients {
public:
    /// All references must outlive this. `shards`: their number.
    FallbackClients(EventLoop& loop, Clients& clients, ShardMetrics& metrics,
                    const ConnectionOptions& options, std::string path_prefix,
                    std::uint16_t shards);
    ~FallbackClients();

    /// The routes refer to this object, which must outlive them.
    void add_routes(HttpRoutes& routes);

    /// The shard of the session that `path` names; nothing if it names none.
    [[nodiscard]] std::optional<ShardId> home(std::string_view path) const;

private:
    void on_xhr_streaming(const HttpRequest& request, const HttpReply& reply);
    void on_xhr(const HttpRequest& request, const HttpReply& reply);
    void on_xhr_send(const HttpRequest& request, const HttpReply& reply);

    /// Calls `attach` with the session, which gives it the receive request. A session that is new
    /// is then admitted or refused.
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

}  // namespace carillon
