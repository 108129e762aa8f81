#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace carillon {

/// An app as it is spelled, besides `keys`, `limits` and `webhooks`.
struct AppSettings {
    std::string id;
    std::string key;
    std::string secret;
    bool enabled = true;
    bool client_events = true;
    bool subscription_count = false;
    bool watchlist_events = true;
    bool subscription_errors = true;
    std::vector<std::string> allowed_origins;
    bool tls_only = false;
    std::uint32_t webhook_grace_seconds = 3;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("id", &AppSettings::id, "In the paths of the REST API. Required, unique.");
        setting(
            "key", &AppSettings::key,
            "What clients connect with. Required unless `keys` is given, unique over all apps.");
        setting("secret", &AppSettings::secret, "What requests and subscriptions are signed with.");
        setting("enabled", &AppSettings::enabled, "false refuses all connections and requests.");
        setting("client_events", &AppSettings::client_events,
                "Whether clients may send events to each other.");
        setting("subscription_count", &AppSettings::subscription_count,
                "Whether subscribers are told how many they are, and REST says it.");
        setting("watchlist_events", &AppSettings::watchlist_events,
                "Whether signed-in clients are told when users of their watchlist come and go.");
        setting("subscription_errors", &AppSettings::subscription_errors,
                "Whether a failed subscription is also told as `pusher:subscription_error`, which "
                "names the channel (Laravel Echo's `error()`).");
        setting("allowed_origins", &AppSettings::allowed_origins,
                "Web pages that may connect: `https://example.com`, `https://*.example.com`, `*`. "
                "Empty for all. Clients that are no browsers send no Origin, and may.");
        setting("tls_only", &AppSettings::tls_only,
                "Whether clients that come without TLS are refused (4000, upon which pusher-js "
                "switches "
                "to TLS).");
        setting("webhook_grace_seconds", &AppSettings::webhook_grace_seconds, 0, 3600,
                "How long `channel_vacated`, `member_removed` and `user_offline` wait: who is back "
                "by then, after reloading a page, never left, and neither that nor the return is "
                "told.");
    }
};

}  // namespace carillon
