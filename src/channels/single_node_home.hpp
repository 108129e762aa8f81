#pragma once

#include <tuple>
#include <utility>
#include <variant>

#include "carillon/channels/home.hpp"
#include "carillon/channels/webhook_events.hpp"
#include "dispatch.hpp"
#include "home_channels.hpp"
#include "home_users.hpp"

namespace carillon {

/// Admits every connection: without a cluster each shard counts an app's connections itself
/// (`AppUsage`), and edges do not ask.
class OpenAdmission {
public:
    explicit OpenAdmission(SendNotice send) : send_(std::move(send)) {}

    void on(ShardId from, AdmitConnection&& message) {
        send_(from, ConnectionAnswer{message.ticket, true});
    }
    void on(ShardId, ReleaseConnection&&) {}

private:
    SendNotice send_;
};

/// The home on a node without a cluster: owns all state, and handles each request at once.
class SingleNodeHome final : public Home {
public:
    SingleNodeHome(const Send& send, Now now, ShardMetrics& metrics, WebhookEvents& webhooks)
        : channels_(send, std::move(now), metrics, webhooks),
          users_(send, webhooks),
          admission_(send) {}

    void receive(ShardId from, HomeRequest&& request) override {
        std::visit(
            [&](auto&& held) {
                dispatch(std::tie(channels_, users_, admission_), from,
                         std::forward<decltype(held)>(held));
            },
            std::move(request));
    }

    [[nodiscard]] std::optional<TimePoint> next_due() const override {
        return channels_.next_due();
    }
    void advance() override { channels_.advance(); }
    void end_turn() override {}
    void for_each(const Visit& visit) const override { channels_.for_each(visit); }

private:
    HomeChannels channels_;
    HomeUsers users_;
    OpenAdmission admission_;
};

}  // namespace carillon
