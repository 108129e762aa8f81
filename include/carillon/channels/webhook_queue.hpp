#pragma once

#include <string>

#include "carillon/base/ids.hpp"
#include "carillon/protocol/webhook_messages.hpp"

namespace carillon {

/// Something that an app's backends are told.
struct WebhookEvent {
    AppIndex app{};
    WebhookKind kind{};
    std::string channel;  ///< "" if it is of a user
    std::string user_id;  ///< if it is of a user
    std::string text;     ///< the event of the body, finished JSON
};

/// Where webhooks wait until they are delivered: in this process, or in what a cluster shares.
/// Whoever decides that something has happened puts it here in the same step.
class WebhookQueue {
public:
    virtual ~WebhookQueue() = default;
    /// Events of one channel, and of one user, are delivered in the order in which they are pushed.
    virtual void push(WebhookEvent event) = 0;
};

}  // namespace carillon
