#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "delivery.hpp"

namespace carillon {

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
