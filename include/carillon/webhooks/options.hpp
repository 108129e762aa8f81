#pragma once

#include <cstdint>
#include <string>

namespace carillon {

/// Delivery of webhooks, for all endpoints.
struct WebhookOptions {
    std::uint32_t retry_seconds = 300;
    std::uint32_t max_queued_bytes = 16U << 20U;
    std::string spool_directory = {};
    std::string dead_letter_file = {};
    std::uint32_t max_dead_letter_bytes = 64U << 20U;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("retry_seconds", &WebhookOptions::retry_seconds, 1, 86400,
                "Time for which a webhook is retried before it is given up, in seconds.");
        setting("max_queued_bytes", &WebhookOptions::max_queued_bytes, 65536, 1 << 30,
                "Maximum size of the events that wait for an endpoint, in bytes per endpoint, "
                "including overhead. Beyond it, events of the channel that has most are given up.");
        setting("spool_directory", &WebhookOptions::spool_directory,
                "Directory for the webhooks that wait when the server stops; it sends them after "
                "its next start. Each server needs its own. Empty: webhooks that are not delivered "
                "within the grace period are given up.");
        setting("dead_letter_file", &WebhookOptions::dead_letter_file,
                "File for webhooks that were given up, as JSON lines; `carillon webhooks replay` "
                "sends them again. Empty: they are only counted.");
        setting("max_dead_letter_bytes", &WebhookOptions::max_dead_letter_bytes, 65536, 1 << 30,
                "Maximum size of that file, in bytes; further events are counted but not stored.");
    }
};

}  // namespace carillon
