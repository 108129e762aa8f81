#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/admin/node_source.hpp"
#include "carillon/apps/app_registry.hpp"
#include "carillon/base/time.hpp"
#include "carillon/clients/clients.hpp"
#include "carillon/config/configuration.hpp"
#include "carillon/net/listener.hpp"
#include "carillon/webhooks/webhooks.hpp"

namespace carillon {

struct ClusteredNode;
class Shard;
struct ShardInbox;

/// Settings for tests only.
struct ServerTuning {
    /// Each shard listens on a port of its own (on the first listener's address), so that a test
    /// can choose the shard that accepts.
    bool port_per_shard = false;
    std::size_t inbox_bytes_max = 16U << 20U;
};

/// A node: all shards and what they share. All methods are called by the thread that owns it.
class Server final : public NodeSource {
public:
    /// Listens. Throws std::runtime_error, which names the address, if it cannot.
    explicit Server(Configuration configuration, ServerTuning tuning = {});
    /// Stops at once.
    ~Server() override;

    /// Serves clients once it has returned true. Returns false if `gives_up` did, which is asked
    /// regularly while the node joins its cluster. Throws std::runtime_error if the webhooks' spool
    /// cannot be used, or the node cannot join its cluster.
    bool start(const std::function<bool()>& gives_up = {});
    /// Ends all shards' threads, even if work is left. Waiting webhooks are written to the spool,
    /// if one is configured.
    void stop();

    /// Applies apps and their limits, and reads certificates again; in a cluster also Redis'
    /// certificates, user and password, for the next connection. Changes of other settings need a
    /// restart. Throws std::runtime_error, without having changed anything, if a certificate
    /// cannot be read.
    void reload(const Configuration& configuration);

    /// From now on `ready` is false.
    void mark_not_ready() { ready_ = false; }

    /// Stops accepting, finishes requests, asks clients to reconnect elsewhere, spread over `time`.
    /// Calls `done` on any thread once no connection and no webhook is left.
    void drain(Duration time, std::function<void()> done);

    /// One per listener; with `port_per_shard`, one per shard.
    [[nodiscard]] const std::vector<Endpoint>& endpoints() const noexcept { return endpoints_; }
    [[nodiscard]] std::size_t shard_count() const noexcept { return shards_.size(); }

    // NodeSource, for any thread.
    [[nodiscard]] bool ready() const override { return ready_.load(); }
    [[nodiscard]] ProcessInfo process_info() const override;
    void collect(std::function<void(NodeSnapshot)> done) override;

private:
    [[nodiscard]] bool join_cluster(const std::function<bool()>& gives_up);
    void listen_on_all_shards(const ListenOptions& options);
    void listen_per_shard(const ListenOptions& options);
    void restore_departures(std::vector<SpooledDeparture> departures);
    /// Calls `work` on each shard's thread, and `done` on the thread of the last one to finish.
    void for_each_shard(std::function<void()> done,
                        const std::function<void(Shard&, const std::function<void()>& done)>& work);
    [[nodiscard]] std::vector<SpooledDeparture> departures();

    Configuration configuration_;
    std::shared_ptr<const AppRegistry> apps_;
    Clients::Rates rates_;
    std::atomic<std::uint32_t> sockets_{0};  ///< of all listeners and shards
    Webhooks webhooks_;
    std::unique_ptr<ClusteredNode> cluster_;  ///< null without a cluster
    std::vector<std::unique_ptr<ShardInbox>> inboxes_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<Endpoint> endpoints_;
    std::atomic<bool> ready_{false};
    bool stopped_ = false;
    TimePoint started_;
};

}  // namespace carillon
