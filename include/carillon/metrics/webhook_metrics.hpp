#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "carillon/metrics/latency_histogram.hpp"

namespace carillon {

/// What is counted of one webhook endpoint. Keys of maps are literals.
struct WebhookMetrics {
    enum class Breaker : std::uint8_t { closed, half_open, open };

    std::string app;
    std::string endpoint;
    std::map<std::string_view, LatencyHistogram> requests;  ///< by outcome
    std::uint64_t events_delivered = 0;
    std::map<std::string_view, std::uint64_t> events_dead;  ///< not delivered, by reason
    std::size_t queued_events = 0;
    std::size_t queued_bytes = 0;
    Breaker breaker = Breaker::closed;
};

}  // namespace carillon
