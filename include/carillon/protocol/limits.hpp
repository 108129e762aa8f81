#pragma once

#include <cstdint>

namespace carillon {

/// What one app may use. 0 means "no limit" where the comment says so. An app's own settings are
/// laid over the global ones when the configuration is read. Source: wire.md 8.2.
struct Limits {
    std::uint32_t max_event_payload_bytes = 10240;  ///< decoded bytes of `data`, inclusive
    std::uint32_t max_channel_name_length = 200;    ///< characters, prefix included
    std::uint32_t max_event_name_length = 200;      ///< characters
    std::uint32_t max_channels_per_trigger = 100;
    std::uint32_t max_events_per_batch = 10;
    std::uint32_t max_presence_members = 100;         ///< distinct users a channel; 0: no limit
    std::uint32_t max_user_info_bytes = 1024;         ///< bytes of its JSON text
    std::uint32_t max_user_id_length = 128;           ///< characters
    std::uint32_t max_client_events_per_second = 10;  ///< a connection; 0: no limit
    std::uint32_t max_subscriptions_per_connection = 2000;  ///< 0: no limit
    std::uint32_t max_watched_users = 100;                  ///< ids of a watchlist that are used
    std::uint32_t cache_ttl_seconds = 1800;    ///< of the last event of a cache channel
    std::uint32_t max_cache_bytes = 16777216;  ///< of last events, an app on this node; 0: no limit
    std::uint32_t max_api_requests_per_second = 0;    ///< an app, on this node; 0: no limit
    std::uint32_t authorization_timeout_seconds = 0;  ///< 0: off
    std::uint32_t max_connections = 0;  ///< of the app in the whole cluster; 0: no limit

    /// Calls `setting(name, member, min, max, description)` for each: configuration, its
    /// documentation and its checks are all made from this one list.
    template <class Visitor>
    static void describe(Visitor&& setting);
};

template <class Visitor>
void Limits::describe(Visitor&& setting) {
    setting(
        "max_event_payload_bytes", &Limits::max_event_payload_bytes, 1, 1048576,
        "Largest `data` of an event, in decoded bytes. More is 413 over REST, `pusher:error` on a "
        "client event.");
    setting("max_channel_name_length", &Limits::max_channel_name_length, 1, 1024,
            "Longest channel name, in characters, prefix included.");
    setting("max_event_name_length", &Limits::max_event_name_length, 1, 1024,
            "Longest event name, in characters.");
    setting("max_channels_per_trigger", &Limits::max_channels_per_trigger, 1, 10000,
            "Most channels one trigger may name.");
    setting("max_events_per_batch", &Limits::max_events_per_batch, 1, 1000,
            "Most events one batch may hold.");
    setting("max_presence_members", &Limits::max_presence_members, 0, 1000000,
            "Most distinct users on a presence channel; 0 for no limit.");
    setting(
        "max_user_info_bytes", &Limits::max_user_info_bytes, 0, 1048576,
        "Largest `user_info` of a presence member or signed-in user, in bytes of its JSON text.");
    setting("max_user_id_length", &Limits::max_user_id_length, 1, 1024,
            "Longest id of a presence member or signed-in user, in characters.");
    setting(
        "max_client_events_per_second", &Limits::max_client_events_per_second, 0, 100000,
        "Client events a connection may send in a second (a bucket of that size); 0 for no limit.");
    setting("max_subscriptions_per_connection", &Limits::max_subscriptions_per_connection, 0,
            1000000, "Most channels one connection may hold; 0 for no limit.");
    setting("max_watched_users", &Limits::max_watched_users, 0, 10000,
            "Ids of a user's watchlist that are used; of more, the first so many are, and the "
            "client is told with 4302.");
    setting("cache_ttl_seconds", &Limits::cache_ttl_seconds, 1, 604800,
            "How long the last event of a cache channel is kept.");
    setting("max_cache_bytes", &Limits::max_cache_bytes, 0, 1073741824,
            "Bytes that the last events of an app's cache channels may occupy on one node; beyond "
            "that the oldest go. 0 for no limit.");
    setting("max_api_requests_per_second", &Limits::max_api_requests_per_second, 0, 1000000,
            "REST requests of an app that one node answers in a second (a bucket of that size); "
            "more are 429. 0 for no limit.");
    setting("authorization_timeout_seconds", &Limits::authorization_timeout_seconds, 0, 86400,
            "Time in which a client has to sign in or to subscribe with a token; or else it is "
            "closed with 4009. 0 asks for nothing.");
    setting("max_connections", &Limits::max_connections, 0, 100000000,
            "Most connections of an app, on all nodes of a cluster together; 0 for no limit.");
}

}  // namespace carillon
