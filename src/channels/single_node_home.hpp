#pragma once

#include "carillon/channels/home.hpp"
#include "carillon/channels/webhook_events.hpp"
#include "home_channels.hpp"
#include "home_users.hpp"

namespace carillon {

/// The home on a node that is alone: whatever happens, it decides at once.
class SingleNodeHome final : public Home {
public:
    SingleNodeHome(const Send& send, Now now, ShardMetrics& metrics, WebhookEvents& webhooks)
        : channels_(send, std::move(now), metrics, webhooks), users_(send, webhooks) {}

    void on(ShardId from, Join&& join) override { channels_.on(from, std::move(join)); }
    void on(ShardId from, Leave&& leave) override { channels_.on(from, std::move(leave)); }
    void on(ShardId from, Publish&& publish) override { channels_.on(from, std::move(publish)); }
    void on(ShardId from, ClientEvent&& event) override { channels_.on(from, std::move(event)); }
    void on(ShardId from, ChannelQuery&& query) override { channels_.on(from, std::move(query)); }
    void on(ShardId from, SignIn&& message) override { users_.on(from, std::move(message)); }
    void on(ShardId from, SignOut&& message) override { users_.on(from, std::move(message)); }
    void on(ShardId from, Watch&& message) override { users_.on(from, std::move(message)); }
    void on(ShardId from, Unwatch&& message) override { users_.on(from, std::move(message)); }
    void on(ShardId from, TerminateUser&& message) override { users_.on(from, std::move(message)); }

    void on(ShardId, AdmitConnection&&) override {}
    void on(ShardId, ReleaseConnection&&) override {}

    [[nodiscard]] std::optional<TimePoint> next_due() const override {
        return channels_.next_due();
    }
    void advance() override { channels_.advance(); }
    void end_turn() override {}
    void for_each(const Visit& visit) const override { channels_.for_each(visit); }

private:
    HomeChannels channels_;
    HomeUsers users_;
};

}  // namespace carillon
