#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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
    TimePoint since{};                 ///< when it came into the queue
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
namespace dead {
inline constexpr std::string_view expired = "expired";
inline constexpr std::string_view gone = "gone";
inline constexpr std::string_view overflow = "overflow";
inline constexpr std::string_view stopped = "stopped";
inline constexpr std::string_view unknown_endpoint = "unknown endpoint";
}  // namespace dead

/// Events of one endpoint that are kept in a file, as one line of JSON: what could not be delivered
/// before a stop, or at all.
struct StoredDelivery {
    std::string app;
    std::string endpoint;
    std::string delivery_id;  ///< "" if no request was made of them yet
    std::string reason;       ///< of a dead letter
    std::vector<QueuedEvent> events;

    /// With its line end.
    [[nodiscard]] std::string json_line() const;
    /// Nothing if `line` is no such line.
    [[nodiscard]] static std::optional<StoredDelivery> parse(std::string_view line);
};

}  // namespace carillon
