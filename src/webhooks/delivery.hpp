#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/time.hpp"
#include "carillon/protocol/webhook_messages.hpp"
#include "spool_file.hpp"

namespace carillon {

/// One event on its way to one endpoint.
struct QueuedEvent {
    WebhookKind kind{};
    std::string subject;  ///< the channel, or the user: events of one arrive in order
    std::string text;
    TimePoint queued_at{};             ///< when it came into the queue
    std::shared_ptr<SpoolFile> spool;  ///< where it was read from, if it was
};

/// Events that travel in one request. Made once: body, signature and id stay the same over retries.
struct Delivery {
    std::string id;
    std::vector<QueuedEvent> events;
    std::string body;  ///< empty before the first attempt
    std::string key;
    std::string signature;
    TimePoint first_attempt{};
    unsigned attempts = 0;
};

/// Why events were given up, as metrics and files call it.
namespace give_up_reason {
inline constexpr std::string_view expired = "expired";
inline constexpr std::string_view gone = "gone";
inline constexpr std::string_view overflow = "overflow";
inline constexpr std::string_view stopped = "stopped";
inline constexpr std::string_view unknown_endpoint = "unknown endpoint";
}  // namespace give_up_reason

}  // namespace carillon
