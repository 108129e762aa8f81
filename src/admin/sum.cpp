#include "sum.hpp"

#include <algorithm>
#include <concepts>

#include "carillon/metrics/describes_each_member.hpp"

namespace carillon {
namespace {

template <class Metrics>
void add(Metrics& total, const Metrics& shard);

template <class Metrics>
void add(std::optional<Metrics>& total, const std::optional<Metrics>& shard) {
    if (!shard) return;
    if (!total) total.emplace();
    add(*total, *shard);
}

template <class Value>
void add(const Metric& metric, Value& total, const Value& shard) {
    if (metric.across_shards == Metric::AcrossShards::sum) {
        total += shard;
    } else if constexpr (std::totally_ordered<Value>) {
        total = std::max(total, shard);
    }
}

template <class Key, class Value>
void add(const Metric& metric, std::map<Key, Value>& total, const std::map<Key, Value>& shard) {
    for (const auto& [key, value] : shard) add(metric, total[key], value);
}

template <class Metrics>
void add(Metrics& total, const Metrics& shard) {
    static_assert(describes_each_member<Metrics>(), "a member is not declared, or twice");
    Metrics::describe(
        [&](auto member, const auto&... metric) { add(metric..., total.*member, shard.*member); });
}

}  // namespace

ShardSnapshot sum(const std::vector<ShardSnapshot>& shards) {
    ShardSnapshot total;
    total.shards = 0;
    for (const ShardSnapshot& shard : shards) add(total, shard);
    return total;
}

}  // namespace carillon
