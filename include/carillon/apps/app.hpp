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

/// A tenant: one application that uses this server. Immutable once it is in a registry.
struct App {
    AppId id;
    AppIndex index{};                     ///< set by the registry
    std::vector<Credential> credentials;  ///< oldest first; never empty
    std::shared_ptr<AppUsage> usage;      ///< set by the registry, kept over reloads
    bool enabled = true;
    bool client_events = true;
    bool subscription_count = false;  ///< tell subscribers how many they are
    bool watchlist_events = true;
    bool subscription_errors = true;  ///< name the channel when a subscription fails
    AllowedOrigins allowed_origins;
    bool tls_only = false;  ///< clients must come by TLS, to us or to a trusted proxy
    Limits limits;
    std::vector<WebhookEndpoint> webhooks;
    WebhookKinds webhook_kinds;             ///< all that any of them wants
    std::chrono::seconds webhook_grace{3};  ///< what leaves and is back by then never left

    [[nodiscard]] const Credential* find_credential(std::string_view key) const noexcept {
        for (const Credential& credential : credentials) {
            if (credential.key == key) return &credential;
        }
        return nullptr;
    }
};

}  // namespace carillon
