#pragma once

#include <cstdint>
#include <string>

namespace carillon {

/// What all webhook endpoints have in common.
struct WebhookOptions {
    std::uint32_t retry_seconds = 300;
    std::uint32_t max_queued_bytes = 16U << 20U;
    std::string spool_directory = {};
    std::string dead_letter_file = {};
    std::uint32_t max_dead_letter_bytes = 64U << 20U;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("retry_seconds", &WebhookOptions::retry_seconds, 1, 86400,
                "How long a webhook is tried again before it is given up.");
        setting("max_queued_bytes", &WebhookOptions::max_queued_bytes, 65536, 1 << 30,
                "The most that waits for one endpoint, events and what it costs to keep them.");
        setting("spool_directory", &WebhookOptions::spool_directory,
                "Where webhooks that wait go when the server stops; the next start takes them up. "
                "Each server needs its own. Empty: what the grace time does not deliver is given "
                "up.");
        setting("dead_letter_file", &WebhookOptions::dead_letter_file,
                "Where webhooks go that were given up, as JSON lines: `carillon webhooks replay` "
                "sends them again. Empty: they are only counted.");
        setting("max_dead_letter_bytes", &WebhookOptions::max_dead_letter_bytes, 65536, 1 << 30,
                "The most that file holds; what comes then is only counted.");
    }
};

}  // namespace carillon
