#pragma once

#include <string>

#include "carillon/protocol/webhook_messages.hpp"

namespace carillon {

/// A departure (channels/webhook_events.hpp) with the app's id, which holds over a restart.
struct SpooledDeparture {
    std::string app;
    WebhookKind kind{};
    std::string channel;
    std::string user_id;
};

}  // namespace carillon
