#pragma once

#include <string>

#include "carillon/protocol/webhook_messages.hpp"

namespace carillon {

/// A departure (channels/webhook_events.hpp) that waits for its grace period across a restart; with
/// the app's id, because its index may change.
struct SpooledDeparture {
    std::string app;
    WebhookKind kind{};
    std::string channel;
    std::string user_id;
};

}  // namespace carillon
