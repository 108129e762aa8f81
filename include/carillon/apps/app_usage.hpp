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

/// What an app uses of this node, over all shards. It is touched when a connection comes or goes
/// and by REST requests, never by a message to a client. Any thread.
class AppUsage {
public:
    explicit AppUsage(std::shared_ptr<NodeUsage> node) : node_(std::move(node)) {}

    enum class Entry : std::uint8_t { admitted, app_full, node_full };
    /// Counts one more connection, if there is room; 0: no limit. `leave` takes it back.
    [[nodiscard]] Entry enter(std::uint32_t app_max, std::uint32_t node_max) noexcept {
        if (!take(open_connections_, app_max)) return Entry::app_full;
        if (take(node_->open_connections, node_max)) return Entry::admitted;
        open_connections_.fetch_sub(1, std::memory_order_relaxed);
        return Entry::node_full;
    }
    void leave() noexcept {
        open_connections_.fetch_sub(1, std::memory_order_relaxed);
        node_->open_connections.fetch_sub(1, std::memory_order_relaxed);
    }

    [[nodiscard]] SharedRateLimit& api_requests() noexcept { return api_requests_; }

private:
    using Count = std::atomic<std::uint32_t>;

    /// Counted first, so that two shards cannot both take the last place.
    [[nodiscard]] static bool take(Count& count, std::uint32_t max) noexcept {
        if (count.fetch_add(1, std::memory_order_relaxed) < max || max == 0) return true;
        count.fetch_sub(1, std::memory_order_relaxed);
        return false;
    }

    std::shared_ptr<NodeUsage> node_;
    Count open_connections_{0};
    SharedRateLimit api_requests_;
};

}  // namespace carillon
