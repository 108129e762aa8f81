#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "delivery.hpp"

namespace carillon {

/// Events of one endpoint as one line of JSON: in the spool if they were not delivered before the
/// server stopped, in the dead-letter file if they were given up.
struct StoredDelivery {
    std::string app;
    std::string endpoint;
    std::string delivery_id;  ///< "" if they were in no request yet
    std::string reason;       ///< why they were given up; "" in the spool
    std::vector<QueuedEvent> events;

    /// Ends with a line feed.
    [[nodiscard]] std::string json_line() const;
    /// nullopt if `line` is not a stored delivery.
    [[nodiscard]] static std::optional<StoredDelivery> parse(std::string_view line);
};

}  // namespace carillon
