#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "carillon/apps/app.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/base/time.hpp"
#include "carillon/cluster/cluster_options.hpp"
#include "carillon/cluster/script_bus.hpp"
#include "carillon/metrics/cluster_metrics.hpp"

namespace carillon {

/// In an app's rule, beside the letters of webhooks: counts are announced to its clients.
inline constexpr char rule_counts = 'k';

/// The apps by the ids that Redis knows, with the webhooks that they want.
class AppNames {
public:
    void set(std::span<const std::shared_ptr<const App>> apps);

    /// "" if there is none.
    [[nodiscard]] const std::string& id(AppIndex app) const noexcept;
    /// Nothing if this node has no such app.
    [[nodiscard]] std::optional<AppIndex> find(std::string_view id) const noexcept;
    /// For how long the last event of a cache channel is kept.
    [[nodiscard]] Duration cache_time(AppIndex app) const noexcept;
    /// Id and open connections on this node of each app that has some and whose connections are
    /// counted in the partition: that of the channel "". `partitions`: how many there are.
    [[nodiscard]] std::vector<std::pair<std::string_view, std::uint64_t>> connections(
        std::size_t partition, std::size_t partitions) const;
    /// How long a departure's webhook waits; nothing if the app wants no webhooks.
    [[nodiscard]] std::optional<Duration> webhook_grace(AppIndex app) const noexcept;
    /// Id and rule of each; the rule is "" if the app wants no webhooks and no counts, or was
    /// removed. See scripts/lib.lua.
    [[nodiscard]] const std::vector<std::string>& rules() const noexcept { return rules_; }

private:
    std::vector<std::string> ids_;  ///< by index; kept when an app is removed
    std::vector<Duration> cache_times_;
    std::vector<std::optional<Duration>> webhook_graces_;
    std::vector<std::string> rules_;
    std::map<std::size_t, std::vector<std::shared_ptr<const App>>> by_partition_;  ///< of all 256
};

/// What the parts of a shard's share in the cluster have in common.
struct ClusterContext {
    ScriptBus& bus;
    const ClusterOptions& options;
    ClusterMetrics& metrics;
    Now now;
    std::string process;             ///< unique to this start of the server
    std::uint64_t process_hash = 0;  ///< as in BusMessage::producer
    std::string run_id = {};         ///< of the server that `bus` leads to, or led to last
    std::uint64_t epoch = 0;         ///< its hash
    AppNames apps = {};
};

}  // namespace carillon
