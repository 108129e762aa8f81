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

/// The channels that an endpoint hears of: those that fit every list which is not empty, and fit a
/// list by any of its entries.
struct ChannelFilter {
    std::vector<std::string> prefixes;
    std::vector<std::string> suffixes;
    std::vector<std::string> names;

    [[nodiscard]] bool is_empty() const noexcept {
        return prefixes.empty() && suffixes.empty() && names.empty();
    }
    [[nodiscard]] bool matches(std::string_view channel) const noexcept;
};

/// Where an app's webhooks go, and which of them.
struct WebhookEndpoint {
    /// In logs, metrics and files, the same over restarts: nothing in it is secret. Unique within
    /// the app.
    std::string name;
    HttpUrl url;
    WebhookKinds kinds;
    ChannelFilter channels;
    std::vector<std::pair<std::string, std::string>> headers;  ///< values may be secret
    std::chrono::seconds timeout{4};                           ///< of a whole request
    std::size_t batch_events_max = 100;                        ///< at least 1
    std::chrono::milliseconds batch_delay{50};
    bool tls_verify = true;
    std::string tls_ca_file;  ///< "": the system's authorities

    /// `channel` is empty for an event of none, which only endpoints without a filter get.
    [[nodiscard]] bool wants(WebhookKind kind, std::string_view channel) const noexcept {
        return kinds.has(kind) && channels.matches(channel);
    }
};

}  // namespace carillon
