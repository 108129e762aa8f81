#pragma once

#include <string>

#include "carillon/base/ids.hpp"
#include "carillon/protocol/webhook_messages.hpp"

namespace carillon {

/// One event of a webhook, for all endpoints of the app that want it.
struct WebhookEvent {
    AppIndex app{};
    WebhookKind kind{};
    std::string channel;  ///< "" for events of a user
    std::string user_id;  ///< only for events of a user or member
    std::string text;     ///< the event in the webhook's body, finished JSON
};

/// Receives the webhooks of a shard for delivery. The code that decides that an event is due pushes
/// it in the same step. Used on the shard's thread only.
class WebhookQueue {
public:
    virtual ~WebhookQueue() = default;
    /// Events of one channel, and of one user, are delivered in the order of the calls.
    virtual void push(WebhookEvent event) = 0;
};

}  // namespace carillon
