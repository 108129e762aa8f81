#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "carillon/admin/options.hpp"
#include "carillon/api/options.hpp"
#include "carillon/apps/app.hpp"
#include "carillon/clients/options.hpp"
#include "carillon/net/options.hpp"
#include "carillon/protocol/limits.hpp"
#include "carillon/redis/redis_options.hpp"
#include "carillon/runtime/options.hpp"
#include "carillon/webhooks/options.hpp"

namespace carillon {

struct LogOptions {
    std::string level = "info";
    std::string format = "text";
    std::uint32_t max_queued_bytes = 1048576;

    /// In addition to the forms of other modules: `setting(name, member, {choice, …},
    /// description)`.
    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("level", &LogOptions::level, {"trace", "debug", "info", "warn", "error", "off"},
                "Minimum level of the messages that are logged.");
        setting("format", &LogOptions::format, {"text", "json"},
                "Format of a line: text for people, or a JSON object.");
        setting("max_queued_bytes", &LogOptions::max_queued_bytes, 4096, 1073741824,
                "Maximum size of the lines that wait to be written to standard error, in bytes. "
                "Further lines are dropped and counted (`carillon_log_dropped_total`), so that the "
                "server never waits for its log.");
    }
};

/// All settings, checked and complete. Made by `load_configuration`.
struct Configuration {
    std::vector<ListenOptions> listen = {{}, {.address = "::"}};  ///< never empty
    std::uint32_t shards = 0;
    std::string flusher = "auto";  ///< an argument of `make_flusher`
    std::string path_prefix;       ///< "" or "/x" in front of /app and /apps, no trailing slash
    bool production = false;
    std::uint32_t hash_seed = 0;
    std::string apps_directory;
    LogOptions log;
    ConnectionOptions connection;
    HttpOptions http;
    ApiOptions api;
    AdminOptions admin;
    ShutdownOptions shutdown;
    WebhookOptions webhooks;
    RedisOptions redis;     ///< the URL is empty, or can be parsed
    Limits limits;          ///< the global ones; those of apps are in `apps`
    std::vector<App> apps;  ///< ids and keys unique; never empty
    /// No address is configured: a host without IPv6 may lack the second listener.
    bool default_listen = true;
    bool default_app = false;  ///< no app is configured: the public test credentials are used
    std::vector<std::string> warnings;  ///< for the log at start; no secrets

    /// The settings outside of all sections.
    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting(
            "shards", &Configuration::shards, 0, 256,
            "Number of threads that serve clients. 0: one per CPU core available to the process.");
        setting("flusher", &Configuration::flusher, {"auto", "gathered", "io_uring"},
                "How messages are passed to the kernel: with one `sendmsg` per connection "
                "(`gathered`), or with one submission for all (`io_uring`). `auto` uses io_uring "
                "if kernel and container allow it.");
        setting("path_prefix", &Configuration::path_prefix,
                "Path in front of `/app` and `/apps`, such as `/realtime`, if a proxy or `wsPath` "
                "adds one.");
        setting("production", &Configuration::production,
                "Refuse to start with the public default secret, with secrets or an `admin.token` "
                "of less than 16 characters, or with a fixed `hash_seed`; warn of configuration "
                "files that every user of the machine can read.");
        setting("hash_seed", &Configuration::hash_seed, 0, UINT32_MAX,
                "Key of the hash tables of channels, users and members, for reproducible tests. "
                "Clients that know it can slow the server down. 0: a random key.");
        setting("apps_directory", &Configuration::apps_directory,
                "Directory with one JSON file per app, in addition to `apps`. Only files named "
                "`*.json` are read. Empty: none.");
    }

    /// Calls `section(name, member, description)` for each.
    template <class Visitor>
    static void describe_sections(Visitor&& section) {
        section("limits", &Configuration::limits,
                "Limits per app. An app's own `limits` take precedence.");
        section("connection", &Configuration::connection, "Client connections.");
        section("http", &Configuration::http, "HTTP on the client port.");
        section("api", &Configuration::api, "The REST API.");
        section("admin", &Configuration::admin, "The admin listener: health, metrics and status.");
        section("webhooks", &Configuration::webhooks,
                "Delivery of webhooks, for all apps. The endpoints are configured per app.");
        section("redis", &Configuration::redis,
                "The Redis server that connects the nodes of a cluster. Without it, the node works "
                "by itself.");
        section("shutdown", &Configuration::shutdown, "Stopping on SIGTERM.");
        section("log", &Configuration::log, "The log, on standard error.");
    }
};

}  // namespace carillon
