#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>

#include "carillon/channels/shard_message.hpp"

namespace carillon {

struct App;

/// Asks an app's home to admit connections, if the app's `max_connections` counts the whole
/// cluster: the home knows the connections of all nodes. The edge's side; one per shard. Pure.
class QuotaClient {
public:
    /// `in_cluster`: the node is one of a cluster; otherwise `request` must not be called.
    QuotaClient(std::uint16_t shards, bool in_cluster, SendRequest send)
        : shards_(shards), in_cluster_(in_cluster), send_(std::move(send)) {}

    [[nodiscard]] bool in_cluster() const noexcept { return in_cluster_; }

    /// Never 0.
    [[nodiscard]] std::uint64_t new_ticket() noexcept { return ++last_ticket_; }
    /// Asks for one more connection of the app, whose limit is not 0. Calls `done` once, perhaps
    /// before this returns; never after `release`.
    void request(const App& app, std::uint64_t ticket, std::function<void(bool admitted)> done);
    /// The connection with that ticket is closed, or has left before the answer. Not for refused
    /// ones.
    void release(const App& app, std::uint64_t ticket);

    void on(const ConnectionAnswer& answer);

private:
    const std::uint16_t shards_;
    const bool in_cluster_;
    SendRequest send_;
    std::uint64_t last_ticket_ = 0;
    boost::unordered_flat_map<std::uint64_t, std::function<void(bool)>> pending_;
};

}  // namespace carillon
