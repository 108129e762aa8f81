#pragma once

#include <cstdint>

namespace carillon {

/// Limits of one app. The configuration merges an app's own ones into the global ones. Units and
/// the meaning of 0 are in `describe`. Source: wire.md 8.2.
struct Limits {
    std::uint32_t max_event_payload_bytes = 10240;
    std::uint32_t max_channel_name_length = 200;
    std::uint32_t max_event_name_length = 200;
    std::uint32_t max_channels_per_trigger = 100;
    std::uint32_t max_events_per_batch = 10;
    std::uint32_t max_presence_members = 100;
    std::uint32_t max_user_info_bytes = 1024;
    std::uint32_t max_user_id_length = 128;
    std::uint32_t max_client_events_per_second = 10;
    std::uint32_t max_subscriptions_per_connection = 2000;
    std::uint32_t max_watched_users = 100;
    std::uint32_t cache_ttl_seconds = 1800;
    std::uint32_t max_cache_bytes = 16777216;
    std::uint32_t max_api_requests_per_second = 0;
    std::uint32_t authorization_timeout_seconds = 0;
    std::uint32_t max_connections = 0;

    /// Calls `setting(name, member, min, max, description)` for each: the configuration, its checks
    /// and its documentation are made from this list.
    template <class Visitor>
    static void describe(Visitor&& setting);
};

template <class Visitor>
void Limits::describe(Visitor&& setting) {
    setting("max_event_payload_bytes", &Limits::max_event_payload_bytes, 1, 1048576,
            "Maximum size of the `data` of an event, in bytes after decoding. A larger one is "
            "answered with 413 over REST, and with `pusher:error` as a client event.");
    setting("max_channel_name_length", &Limits::max_channel_name_length, 1, 1024,
            "Maximum length of a channel name, in characters including its prefix.");
    setting("max_event_name_length", &Limits::max_event_name_length, 1, 1024,
            "Maximum length of an event name, in characters.");
    setting("max_channels_per_trigger", &Limits::max_channels_per_trigger, 1, 10000,
            "Maximum number of channels per trigger.");
    setting("max_events_per_batch", &Limits::max_events_per_batch, 1, 1000,
            "Maximum number of events per batch.");
    setting("max_presence_members", &Limits::max_presence_members, 0, 1000000,
            "Maximum number of distinct users per presence channel. 0: no limit.");
    setting("max_user_info_bytes", &Limits::max_user_info_bytes, 0, 1048576,
            "Maximum size of the `user_info` of a presence member or signed-in user, in bytes of "
            "JSON. 0: it has to be absent.");
    setting("max_user_id_length", &Limits::max_user_id_length, 1, 1024,
            "Maximum length of the id of a presence member or signed-in user, in characters.");
    setting("max_client_events_per_second", &Limits::max_client_events_per_second, 0, 100000,
            "Maximum rate of client events, in events per second and connection; as many may come "
            "at once. 0: no limit.");
    setting("max_subscriptions_per_connection", &Limits::max_subscriptions_per_connection, 0,
            1000000, "Maximum number of channels per connection. 0: no limit.");
    setting("max_watched_users", &Limits::max_watched_users, 0, 10000,
            "Maximum number of users of a watchlist; further ones are not watched, and the client "
            "receives error 4302. 0: none is watched.");
    setting("cache_ttl_seconds", &Limits::cache_ttl_seconds, 1, 604800,
            "Time for which the last event of a cache channel is kept, in seconds.");
    setting("max_cache_bytes", &Limits::max_cache_bytes, 0, 1073741824,
            "Maximum size of the last events of an app's cache channels, in bytes per node without "
            "a cluster; beyond it the oldest are dropped. 0: no limit.");
    setting("max_api_requests_per_second", &Limits::max_api_requests_per_second, 0, 1000000,
            "Maximum rate of REST requests, in requests per second, app and node; as many may come "
            "at once, further ones are answered with 429. 0: no limit.");
    setting("authorization_timeout_seconds", &Limits::authorization_timeout_seconds, 0, 86400,
            "Time within which a client has to sign in or to subscribe with a token, in seconds; "
            "otherwise it is closed with 4009. 0: no check.");
    setting("max_connections", &Limits::max_connections, 0, 100000000,
            "Maximum number of connections per app, on all nodes of a cluster together; further "
            "ones are closed with 4004. 0: no limit.");
}

}  // namespace carillon
