#include "cluster_context.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "carillon/channels/partition.hpp"
#include "webhook_record.hpp"

namespace carillon {
void AppNames::set(std::span<const std::shared_ptr<const App>> apps) {
    rules_.clear();
    for (const std::string& id : ids_) {
        const auto is_of = [&id](const auto& app) { return app->id.get() == id; };
        if (std::ranges::none_of(apps, is_of)) rules_.insert(rules_.end(), {id, ""});
    }
    by_partition_.clear();
    for (const auto& app : apps) {
        by_partition_[partition_of(app->id.get(), "")].push_back(app);
        const auto index = static_cast<std::size_t>(app->index);
        if (index >= ids_.size()) {
            ids_.resize(index + 1);
            cache_times_.resize(index + 1);
            webhook_graces_.resize(index + 1);
        }
        ids_[index] = app->id.get();
        cache_times_[index] = std::chrono::seconds(app->limits.cache_ttl_seconds);
        std::string rule;
        for (const auto& [kind, letter] : webhook_letters) {
            if (app->webhook_kinds.has(kind)) rule += letter;
        }
        webhook_graces_[index].reset();
        if (!rule.empty()) webhook_graces_[index] = app->webhook_grace;
        if (app->subscription_count) rule += rule_counts;
        const auto grace = std::chrono::milliseconds(app->webhook_grace);
        rules_.push_back(app->id.get());
        if (!rule.empty()) rule.append(" ").append(std::to_string(grace.count()));
        rules_.push_back(std::move(rule));
    }
}

std::vector<std::pair<std::string_view, std::uint64_t>> AppNames::connections(
    std::size_t partition, std::size_t partitions) const {
    std::vector<std::pair<std::string_view, std::uint64_t>> connections;
    for (std::size_t index = partition; index < partition_count; index += partitions) {
        const auto apps = by_partition_.find(index);
        if (apps == by_partition_.end()) continue;
        for (const auto& app : apps->second) {
            const std::uint32_t open = app->usage ? app->usage->open_connections() : 0;
            if (open > 0) connections.emplace_back(app->id.get(), open);
        }
    }
    return connections;
}

const std::string& AppNames::id(AppIndex app) const noexcept {
    static const std::string none;
    const auto index = static_cast<std::size_t>(app);
    return index < ids_.size() ? ids_[index] : none;
}

Duration AppNames::cache_time(AppIndex app) const noexcept {
    const auto index = static_cast<std::size_t>(app);
    return index < cache_times_.size() ? cache_times_[index] : Duration::zero();
}

std::optional<Duration> AppNames::webhook_grace(AppIndex app) const noexcept {
    const auto index = static_cast<std::size_t>(app);
    if (index >= webhook_graces_.size()) return std::nullopt;
    return webhook_graces_[index];
}

std::optional<AppIndex> AppNames::find(std::string_view id) const noexcept {
    const auto found = std::ranges::find(ids_, id);
    if (found == ids_.end()) return std::nullopt;
    return static_cast<AppIndex>(found - ids_.begin());
}

}  // namespace carillon
