#pragma once

#include <utility>
#include <vector>

#include "carillon/webhooks/webhooks.hpp"

namespace carillon {

/// A shard's way to the webhooks: collects what it says in a turn, and hands it over at the turn's
/// end.
class WebhookOutbox final : public WebhookQueue {
public:
    explicit WebhookOutbox(Webhooks& webhooks) : webhooks_(webhooks) {}

    void push(WebhookEvent event) override { events_.push_back(std::move(event)); }

    void end_turn() {
        if (!events_.empty()) webhooks_.push(std::exchange(events_, {}));
    }

    /// What is held back when the server stops can be kept.
    [[nodiscard]] bool has_spool() const noexcept { return webhooks_.has_spool(); }

private:
    Webhooks& webhooks_;
    std::vector<WebhookEvent> events_;
};

}  // namespace carillon
