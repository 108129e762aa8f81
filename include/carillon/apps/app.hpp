#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/apps/allowed_origins.hpp"
#include "carillon/apps/app_usage.hpp"
#include "carillon/apps/webhook_endpoint.hpp"
#include "carillon/base/credential.hpp"
#include "carillon/base/ids.hpp"
#include "carillon/protocol/limits.hpp"

namespace carillon {

/// A tenant: one application that uses this server. Immutable once it is in a registry. `describe`
/// declares its settings, with the defaults that are here; the first of its credentials may also be
/// written as `key` and `secret` of the app itself.
struct App {
    AppId id;
    AppIndex index{};                     ///< set by the registry
    std::vector<Credential> credentials;  ///< oldest first; never empty
    std::shared_ptr<AppUsage> usage;      ///< set by the registry, kept over reloads
    bool enabled = true;
    bool client_events = true;
    bool client_events_without_data = true;  ///< deliver them with null
    bool subscription_count = false;
    bool watchlist_events = true;
    bool subscription_errors = true;
    AllowedOrigins allowed_origins;
    bool tls_only = false;  ///< TLS to this server or to a trusted proxy
    Limits limits;
    std::vector<WebhookEndpoint> webhooks;
    WebhookKinds webhook_kinds;  ///< the union of those of all endpoints
    std::chrono::seconds webhook_grace{3};

    template <class Visitor>
    static void describe(Visitor&& setting);

    [[nodiscard]] const Credential* find_credential(std::string_view key) const noexcept {
        for (const Credential& credential : credentials) {
            if (credential.key == key) return &credential;
        }
        return nullptr;
    }
};

template <class Visitor>
void App::describe(Visitor&& setting) {
    setting("id", &App::id, "Id of the app, used in the paths of the REST API. Required, unique.");
    setting("enabled", &App::enabled, "Accept connections and REST requests of the app.");
    setting("client_events", &App::client_events, "Accept client events.");
    setting("client_events_without_data", &App::client_events_without_data,
            "Deliver client events that have no `data` with `null` (Laravel Echo's "
            "`whisper('typing')`). false rejects them, as the hosted service does.");
    setting("subscription_count", &App::subscription_count,
            "Send subscription counts to subscribers and return them over REST.");
    setting("watchlist_events", &App::watchlist_events,
            "Send watchlist events to signed-in clients.");
    setting("subscription_errors", &App::subscription_errors,
            "Report a failed subscription also as `pusher:subscription_error`, which names the "
            "channel (used by Laravel Echo's `error()`).");
    setting(
        "allowed_origins", &App::allowed_origins,
        "Origins of the web pages that may connect: `https://example.com`, "
        "`https://*.example.com`, `*`. Non-browser clients send no Origin header and are always "
        "allowed. Empty: all origins.");
    setting("tls_only", &App::tls_only,
            "Reject clients that connect without TLS, with 4000, upon which pusher-js switches to "
            "TLS.");
    setting(
        "webhook_grace_seconds", &App::webhook_grace, 0, 3600,
        "Time for which `channel_vacated`, `member_removed` and `user_offline` are deferred, in "
        "seconds. If the client returns in time, for example after a page reload, neither the "
        "departure nor the return is sent. 0: sent at once.");
    setting("keys", &App::credentials,
            "Several key pairs instead of `key` and `secret`, oldest first: "
            "`[{\"key\": …, \"secret\": …}]`. All are accepted.");
    setting("limits", &App::limits, "Settings of `limits` that differ for this app.");
    setting("webhooks", &App::webhooks, "Webhook endpoints of the app, as described below.");
}

}  // namespace carillon
