#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "carillon/admin/options.hpp"
#include "carillon/api/options.hpp"
#include "carillon/apps/app.hpp"
#include "carillon/clients/options.hpp"
#include "carillon/cluster/redis_options.hpp"
#include "carillon/net/options.hpp"
#include "carillon/protocol/limits.hpp"
#include "carillon/runtime/options.hpp"
#include "carillon/webhooks/options.hpp"

namespace carillon {

struct LogOptions {
    std::string level = "info";
    std::string format = "text";
    std::uint32_t max_queued_bytes = 1048576;

    /// Beside the forms of the other modules: `setting(name, member, {choice, …}, description)`.
    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("level", &LogOptions::level, {"trace", "debug", "info", "warn", "error", "off"},
                "The least important messages that are logged.");
        setting("format", &LogOptions::format, {"text", "json"},
                "Lines for people, or one JSON object a line.");
        setting("max_queued_bytes", &LogOptions::max_queued_bytes, 4096, 1073741824,
                "Bytes of log lines that wait for standard error to take them. Further lines are "
                "dropped and counted (`carillon_log_dropped_total`): the server never waits for "
                "its log.");
    }
};

/// Everything that the server was told, checked and complete. Made by `load_configuration`.
struct Configuration {
    std::vector<ListenOptions> listen;  ///< never empty
    std::uint32_t shards = 0;           ///< 0: one a core that the process may use
    std::string flusher = "auto";       ///< what `make_flusher` takes
    std::string path_prefix;  ///< "" or "/x" in front of /app and /apps, no trailing slash
    bool production = false;
    std::uint32_t hash_seed = 0;  ///< 0: the tables' hash key is random
    std::string apps_directory;   ///< where `apps` come from besides; "" for nowhere
    LogOptions log;
    ConnectionOptions connection;
    HttpOptions http;
    ApiOptions api;
    AdminOptions admin;
    ShutdownOptions shutdown;
    WebhookOptions webhooks;
    RedisOptions redis;     ///< the URL is empty, or can be parsed
    Limits limits;          ///< the global ones; each app already holds its own
    std::vector<App> apps;  ///< ids and keys unique; never empty
    bool default_listen =
        true;                  ///< nobody chose an address: a host without IPv6 may lack the second
    bool default_app = false;  ///< nobody configured an app: the public test credentials are used
    std::vector<std::string> warnings;  ///< for the log at start; no secrets

    /// The settings that belong to no section.
    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("shards", &Configuration::shards, 0, 256,
                "Threads that serve clients; 0 for one a core that the process may use.");
        setting("flusher", &Configuration::flusher, {"auto", "gathered", "io_uring"},
                "How messages are handed to the kernel: one `sendmsg` a connection, or one "
                "submission to io_uring for all. `auto` takes io_uring where kernel and container "
                "allow it.");
        setting(
            "path_prefix", &Configuration::path_prefix,
            "What a proxy or `wsPath` puts in front of `/app` and `/apps`, such as `/realtime`.");
        setting("production", &Configuration::production,
                "Refuse to start with the public default secret.");
        setting("hash_seed", &Configuration::hash_seed, 0, UINT32_MAX,
                "Fixes the key that tables of channels, users and members are hashed with, so that "
                "a test runs the same way twice; 0 for a random key. A key that others know lets "
                "clients slow the server down: `production` refuses it.");
        setting(
            "apps_directory", &Configuration::apps_directory,
            "Directory with one JSON file an app, in addition to `apps`. Only names that end in "
            "`.json` are read.");
    }

    /// Calls `section(name, member, description)` for each.
    template <class Visitor>
    static void describe_sections(Visitor&& section) {
        section("limits", &Configuration::limits,
                "What one app may use. An app's own `limits` are laid over these.");
        section("connection", &Configuration::connection, "What holds for each client connection.");
        section("http", &Configuration::http, "HTTP on the client port.");
        section("api", &Configuration::api, "The REST API.");
        section("admin", &Configuration::admin, "The listener for those who run the server.");
        section("webhooks", &Configuration::webhooks,
                "Delivery of webhooks, of all apps. Where they go is with each app.");
        section("redis", &Configuration::redis,
                "The Redis server that makes many nodes one. Without it, the node is alone.");
        section("shutdown", &Configuration::shutdown, "Stopping on SIGTERM.");
        section("log", &Configuration::log, "The log, on standard error.");
    }
};

}  // namespace carillon
