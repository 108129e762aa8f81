#pragma once

#include <utility>
#include <vector>

#include "carillon/metrics/shard_metrics.hpp"
#include "carillon/webhooks/webhooks.hpp"

namespace carillon {

/// Sends a shard's webhook events to the delivery thread: collects those of a turn, and passes them
/// on at the turn's end.
class WebhookOutbox final : public WebhookQueue {
public:
    WebhookOutbox(Webhooks& webhooks, ShardMetrics& metrics)
        : webhooks_(webhooks), metrics_(metrics) {}

    void push(WebhookEvent event) override { events_.push_back(std::move(event)); }

    void end_turn() {
        if (events_.empty()) return;
        const std::size_t count = events_.size();
        if (!webhooks_.push(std::exchange(events_, {}))) metrics_.webhook_events_dropped += count;
    }

    /// Deferred departures can be kept over a restart.
    [[nodiscard]] bool has_spool() const noexcept { return webhooks_.has_spool(); }

private:
    Webhooks& webhooks_;
    ShardMetrics& metrics_;
    std::vector<WebhookEvent> events_;
};

}  // namespace carillon
