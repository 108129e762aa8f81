#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "carillon/metrics/latency_histogram.hpp"
#include "carillon/metrics/metric.hpp"

namespace carillon {

/// What is counted of one webhook endpoint. Keys of maps are literals.
struct WebhookMetrics {
    enum class Breaker : std::uint8_t { closed, half_open, open };
    static constexpr std::string_view delivered = "delivered";

    std::map<std::string_view, LatencyHistogram> requests;
    std::map<std::string_view, std::uint64_t> events{{delivered, 0}};
    std::size_t queued_events = 0;
    std::size_t queued_bytes = 0;
    Breaker breaker = Breaker::closed;

    template <class Visitor>
    static constexpr void describe(Visitor&& metric) {
        metric(&WebhookMetrics::requests,
               histogram("carillon_webhook_request_seconds",
                         "Duration of a webhook request, by outcome (2xx … 5xx, timeout, "
                         "unreachable, tls, broken).")
                   .by("outcome"));
        metric(&WebhookMetrics::events,
               counter("carillon_webhook_events_total",
                       "Webhook events, by result: delivered, or the reason they were given up "
                       "(expired, overflow, gone).")
                   .by("result"));
        metric(&WebhookMetrics::queued_events,
               gauge("carillon_webhook_queued_events", "Queued webhook events."));
        metric(&WebhookMetrics::queued_bytes,
               gauge("carillon_webhook_queued_bytes",
                     "Memory of the queued webhook events, in bytes."));
        metric(&WebhookMetrics::breaker,
               gauge("carillon_webhook_breaker",
                     "0: the endpoint receives its webhooks; 1: a probe is in flight; 2: it "
                     "receives none until the next probe."));
    }
};

/// The labels that all of them have: the app's id and the endpoint's name.
inline constexpr std::array<std::string_view, 2> webhook_labels{"app", "endpoint"};
using WebhookMetricsByEndpoint = std::map<std::pair<std::string, std::string>, WebhookMetrics>;

}  // namespace carillon
