#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "carillon/base/http_url.hpp"
#include "carillon/protocol/webhook_messages.hpp"

namespace carillon {

/// Selects channels: those that match every list that is not empty, and match a list by any of its
/// entries.
struct ChannelFilter {
    std::vector<std::string> prefixes;
    std::vector<std::string> suffixes;
    std::vector<std::string> names;

    [[nodiscard]] bool is_empty() const noexcept {
        return prefixes.empty() && suffixes.empty() && names.empty();
    }
    [[nodiscard]] bool matches(std::string_view channel) const noexcept;
};

/// Additional headers of requests, in the order of their names. Values may be secret.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// Where an app's webhooks are sent, and which of them. `describe` declares the settings, with the
/// defaults that are here.
struct WebhookEndpoint {
    /// In logs, metrics and files, the same over restarts: nothing in it is secret. Unique within
    /// the app.
    std::string name;
    HttpUrl url;
    WebhookKinds kinds;
    ChannelFilter channels;
    HttpHeaders headers;
    std::chrono::seconds timeout{4};     ///< of a whole request
    std::size_t batch_events_max = 100;  ///< at least 1
    std::chrono::milliseconds batch_delay{50};
    bool tls_verify = true;
    std::string tls_ca_file;  ///< "": the system's authorities

    template <class Visitor>
    static void describe(Visitor&& setting);

    /// `channel` is empty for an event without one, which only endpoints without a filter receive.
    [[nodiscard]] bool wants(WebhookKind kind, std::string_view channel) const noexcept {
        return kinds.has(kind) && channels.matches(channel);
    }
};

template <class Visitor>
void WebhookEndpoint::describe(Visitor&& setting) {
    setting("url", &WebhookEndpoint::url,
            "URL of the endpoint, `http://…` or `https://…`, without user name and fragment. "
            "Required.");
    setting("events", &WebhookEndpoint::kinds,
            "Names of the events to send; `user_online` and `user_offline` are additions to the "
            "protocol. Required.");
    setting(
        "channels", &WebhookEndpoint::channels,
        "Filter of channels: `prefix`, `suffix` and `exact`, each a string or an array of "
        "strings. Only events of channels that match all of them are sent; events of users have "
        "no channel and match no filter. Empty: all events.");
    setting("headers", &WebhookEndpoint::headers, "Additional headers of each request, by name.");
    setting("timeout_seconds", &WebhookEndpoint::timeout, 1, 60,
            "Maximum duration of a request, from resolving the host to the response, in seconds.");
    setting("batch_max_events", &WebhookEndpoint::batch_events_max, 1, 1000,
            "Maximum number of events per request. 1: no batches.");
    setting("batch_delay_ms", &WebhookEndpoint::batch_delay, 0, 10000,
            "Time that an event waits for others to share its request, in milliseconds. 0: none.");
    setting("tls_verify", &WebhookEndpoint::tls_verify,
            "Verify the endpoint's certificate. `false` accepts any, and is for tests only.");
    setting("tls_ca_file", &WebhookEndpoint::tls_ca_file,
            "PEM file with the certificate authorities to trust. Empty: those of the system.");
}

}  // namespace carillon
