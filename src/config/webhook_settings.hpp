#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace carillon {

/// A webhook endpoint as it is spelled, besides `channels` and `headers`.
struct WebhookSettings {
    std::string url;
    std::vector<std::string> events;
    std::uint32_t timeout_seconds = 4;
    std::uint32_t batch_max_events = 100;
    std::uint32_t batch_delay_ms = 50;
    bool tls_verify = true;
    std::string tls_ca_file;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("url", &WebhookSettings::url,
                "Where to: `http://` or `https://`, without user name and fragment. Required.");
        setting("events", &WebhookSettings::events,
                "Which events: `channel_occupied`, `channel_vacated`, `member_added`, "
                "`member_removed`, `client_event`, `cache_miss`, `subscription_count`, and our "
                "own `user_online`, `user_offline`. Required.");
        setting("timeout_seconds", &WebhookSettings::timeout_seconds, 1, 60,
                "How long a request may take, from the name to the answer.");
        setting("batch_max_events", &WebhookSettings::batch_max_events, 1, 1000,
                "The most events in a request; 1 for no batches.");
        setting("batch_delay_ms", &WebhookSettings::batch_delay_ms, 0, 10000,
                "How long an event waits for others to share its request.");
        setting("tls_verify", &WebhookSettings::tls_verify,
                "false trusts any certificate: for trials only.");
        setting("tls_ca_file", &WebhookSettings::tls_ca_file,
                "PEM file of the authorities to trust instead of the system's.");
    }
};

}  // namespace carillon
