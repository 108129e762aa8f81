#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <functional>

#include "carillon/channels/home.hpp"
#include "carillon/channels/shard_message.hpp"

namespace carillon {

struct App;

/// Connections of apps that are limited over a whole cluster: each has to be admitted by the app's
/// home, which knows all of them. The edge's side. Pure.
class QuotaClient {
public:
    /// `in_cluster`: the node is one of a cluster; else nobody is to be asked.
    QuotaClient(std::uint16_t shards, bool in_cluster, Home::Send send)
        : shards_(shards), in_cluster_(in_cluster), send_(std::move(send)) {}

    [[nodiscard]] bool in_cluster() const noexcept { return in_cluster_; }

    /// Never 0.
    [[nodiscard]] std::uint64_t new_ticket() noexcept { return ++last_ticket_; }
    /// Asks for one more connection of the app, whose limit is not 0. `done` is called once, unless
    /// `release` comes first; perhaps before this returns.
    void request(const App& app, std::uint64_t ticket, std::function<void(bool admitted)> done);
    /// The connection of that ticket is over, or is not wanted any more. Not if it was refused.
    void release(const App& app, std::uint64_t ticket);

    void on(const ConnectionAnswer& answer);

private:
    const std::uint16_t shards_;
    const bool in_cluster_;
    Home::Send send_;
    std::uint64_t last_ticket_ = 0;
    boost::unordered_flat_map<std::uint64_t, std::function<void(bool)>> pending_;
};

}  // namespace carillon
