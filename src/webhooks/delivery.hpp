#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/time.hpp"
#include "carillon/protocol/webhook_messages.hpp"
#include "spool_file.hpp"

namespace carillon {

/// One event queued for one endpoint.
struct QueuedEvent {
    WebhookKind kind{};
    std::string subject;  ///< channel or user id; events of one subject arrive in order
    std::string text;
    TimePoint queued_at{};             ///< when this process queued it
    std::shared_ptr<SpoolFile> spool;  ///< the file it was read from; null for new events
};

/// The events of one request. Body, signature and id stay the same in every attempt.
struct Delivery {
    std::string id;
    std::vector<QueuedEvent> events;
    std::string body;  ///< empty before the first attempt
    std::string key;
    std::string signature;
    TimePoint first_attempt{};
    unsigned attempts = 0;
};

/// Why events were given up, as it is called in metrics and dead letters.
namespace give_up_reason {
inline constexpr std::string_view expired = "expired";
inline constexpr std::string_view gone = "gone";
inline constexpr std::string_view overflow = "overflow";
inline constexpr std::string_view stopped = "stopped";
inline constexpr std::string_view unknown_endpoint = "unknown endpoint";
}  // namespace give_up_reason

}  // namespace carillon
