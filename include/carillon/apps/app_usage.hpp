#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "carillon/base/rate_limit.hpp"

namespace carillon {

/// Connections of all apps that are open on this node.
struct NodeUsage {
    std::atomic<std::uint32_t> open_connections{0};
};

/// What an app uses of this node, over all shards. Updated when a connection is opened or closed
/// and by REST requests, never by a message to a client. The limit for a whole cluster is kept in
/// Redis: see `QuotaClient`. Any thread.
class AppUsage {
public:
    explicit AppUsage(std::shared_ptr<NodeUsage> node) : node_(std::move(node)) {}

    enum class Admission : std::uint8_t { admitted, app_full, node_full };
    /// Counts one more connection, unless a limit is reached (0: no limit). `release_connection`
    /// undoes that.
    [[nodiscard]] Admission admit_connection(std::uint32_t app_max,
                                             std::uint32_t node_max) noexcept {
        if (!increment_below(open_connections_, app_max)) return Admission::app_full;
        if (increment_below(node_->open_connections, node_max)) return Admission::admitted;
        open_connections_.fetch_sub(1, std::memory_order_relaxed);
        return Admission::node_full;
    }
    void release_connection() noexcept {
        open_connections_.fetch_sub(1, std::memory_order_relaxed);
        node_->open_connections.fetch_sub(1, std::memory_order_relaxed);
    }

    /// The app's connections that are open on this node.
    [[nodiscard]] std::uint32_t open_connections() const noexcept {
        return open_connections_.load(std::memory_order_relaxed);
    }

    [[nodiscard]] SharedRateLimit& api_requests() noexcept { return api_requests_; }

private:
    using Count = std::atomic<std::uint32_t>;

    /// Counted first, so that two shards cannot both count the last connection.
    [[nodiscard]] static bool increment_below(Count& count, std::uint32_t max) noexcept {
        if (count.fetch_add(1, std::memory_order_relaxed) < max || max == 0) return true;
        count.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }

    std::shared_ptr<NodeUsage> node_;
    Count open_connections_{0};
    SharedRateLimit api_requests_;
};

}  // namespace carillon
