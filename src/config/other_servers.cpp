#include "other_servers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "carillon/base/parse_integer.hpp"
#include "carillon/base/percent.hpp"
#include "setting_names.hpp"

namespace carillon {
namespace {

using nlohmann::json;

/// How a value of theirs becomes one of ours.
enum class Conversion {
    same,
    kibibytes,     ///< to bytes
    milliseconds,  ///< to seconds, rounded up
    or_no_limit,   ///< a negative number stands for no limit, which is 0 here
};

struct TranslatedName {
    const char* variable;
    const char* name;
    Conversion conversion = Conversion::same;
};

constexpr auto translated_names = std::to_array<TranslatedName>({
    {"SOKETI_HOST", "host"},
    {"SOKETI_PORT", "port"},
    {"SOKETI_PATH_PREFIX", "path_prefix"},
    {"SOKETI_METRICS_SERVER_PORT", "admin.port"},
    {"SOKETI_SHUTDOWN_GRACE_PERIOD", "shutdown.grace_seconds", Conversion::milliseconds},
    {"SOKETI_CHANNEL_LIMITS_MAX_NAME_LENGTH", "limits.max_channel_name_length"},
    {"SOKETI_CHANNEL_CACHE_TTL", "limits.cache_ttl_seconds"},
    {"SOKETI_EVENT_MAX_BATCH_SIZE", "limits.max_events_per_batch"},
    {"SOKETI_EVENT_MAX_CHANNELS_AT_ONCE", "limits.max_channels_per_trigger"},
    {"SOKETI_EVENT_MAX_NAME_LENGTH", "limits.max_event_name_length"},
    {"SOKETI_EVENT_MAX_SIZE_IN_KB", "limits.max_event_payload_bytes", Conversion::kibibytes},
    {"SOKETI_PRESENCE_MAX_MEMBERS", "limits.max_presence_members"},
    {"SOKETI_PRESENCE_MAX_MEMBER_SIZE", "limits.max_user_info_bytes", Conversion::kibibytes},
    {"SOKETI_DEFAULT_APP_MAX_CONNS", "limits.max_connections", Conversion::or_no_limit},
    {"SOKETI_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SEC", "limits.max_client_events_per_second",
     Conversion::or_no_limit},

    {"REVERB_SERVER_HOST", "host"},
    {"REVERB_SERVER_PORT", "port"},
    {"REVERB_SERVER_PATH", "path_prefix"},
    {"REVERB_MAX_REQUEST_SIZE", "http.max_body_bytes"},
    {"REVERB_APP_MAX_CONNECTIONS", "limits.max_connections"},
    {"REVERB_APP_MAX_MESSAGE_SIZE", "connection.max_message_bytes"},
    {"REVERB_APP_ACTIVITY_TIMEOUT", "connection.activity_timeout_seconds"},

    {"SOCKUDO_DEFAULT_APP_MAX_CONNECTIONS", "limits.max_connections"},
    {"SOCKUDO_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SECOND", "limits.max_client_events_per_second"},
    {"SOCKUDO_DEFAULT_APP_MAX_PRESENCE_MEMBERS_PER_CHANNEL", "limits.max_presence_members"},
    {"SOCKUDO_DEFAULT_APP_MAX_PRESENCE_MEMBER_SIZE_IN_KB", "limits.max_user_info_bytes",
     Conversion::kibibytes},
    {"SOCKUDO_DEFAULT_APP_MAX_CHANNEL_NAME_LENGTH", "limits.max_channel_name_length"},
    {"SOCKUDO_DEFAULT_APP_MAX_EVENT_CHANNELS_AT_ONCE", "limits.max_channels_per_trigger"},
    {"SOCKUDO_DEFAULT_APP_MAX_EVENT_NAME_LENGTH", "limits.max_event_name_length"},
    {"SOCKUDO_DEFAULT_APP_MAX_EVENT_PAYLOAD_IN_KB", "limits.max_event_payload_bytes",
     Conversion::kibibytes},
    {"SOCKUDO_DEFAULT_APP_MAX_EVENT_BATCH_SIZE", "limits.max_events_per_batch"},
});

/// Of sockudo; too common to be taken for a setting of a server that is not sockudo's successor.
constexpr auto bare_names = std::to_array<TranslatedName>({
    {"HOST", "host"},
    {"PORT", "port"},
    {"METRICS_PORT", "admin.port"},
    {"ACTIVITY_TIMEOUT", "connection.activity_timeout_seconds"},
    {"SHUTDOWN_GRACE_PERIOD", "shutdown.grace_seconds"},
    {"WEBSOCKET_MAX_PAYLOAD_KB", "connection.max_message_bytes", Conversion::kibibytes},
});

/// Where a server keeps the parts of what is one setting here.
struct RedisNames {
    const char* enabled;  ///< the variable that turns Redis on, and its values for that
    std::array<std::string_view, 2> on;
    const char* url;  ///< nullptr: there is none
    const char* host;
    const char* port;
    const char* user;
    const char* password;
    const char* database;
    bool bare;
};
constexpr auto redis_names = std::to_array<RedisNames>({
    {"SOKETI_ADAPTER_DRIVER",
     {"redis", "redis"},
     nullptr,
     "SOKETI_DB_REDIS_HOST",
     "SOKETI_DB_REDIS_PORT",
     "SOKETI_DB_REDIS_USERNAME",
     "SOKETI_DB_REDIS_PASSWORD",
     "SOKETI_DB_REDIS_DB",
     false},
    {"REVERB_SCALING_ENABLED",
     {"true", "1"},
     "REDIS_URL",
     "REDIS_HOST",
     "REDIS_PORT",
     "REDIS_USERNAME",
     "REDIS_PASSWORD",
     "REDIS_DB",
     false},
    {"ADAPTER_DRIVER",
     {"redis", "redis"},
     "REDIS_URL",
     "DATABASE_REDIS_HOST",
     "DATABASE_REDIS_PORT",
     "DATABASE_REDIS_USERNAME",
     "DATABASE_REDIS_PASSWORD",
     "DATABASE_REDIS_DB",
     true},
});

struct TlsNames {
    const char* certificate;
    const char* key;
    const char* host;
    const char* port;
    bool bare;
};
constexpr auto tls_names = std::to_array<TlsNames>({
    {"SOKETI_SSL_CERT", "SOKETI_SSL_KEY", "SOKETI_HOST", "SOKETI_PORT", false},
    {"SSL_CERT_PATH", "SSL_KEY_PATH", "HOST", "PORT", true},
});

constexpr std::string_view sockudo_prefix = "SOCKUDO_";
constexpr auto prefixes = std::to_array<std::string_view>(
    {"PUSHER_", "SOKETI_", "REVERB_", sockudo_prefix, "REDIS_", "DATABASE_REDIS_"});
constexpr auto further_bare_names =
    std::to_array<std::string_view>({"ADAPTER_DRIVER", "SSL_CERT_PATH", "SSL_KEY_PATH"});

/// What is no number stays as it is, and is reported by whoever reads the setting.
std::string converted(const std::string& text, Conversion conversion) {
    const auto number = parse_integer<std::int64_t>(text);
    if (conversion == Conversion::same || !number) return text;
    switch (conversion) {
        case Conversion::kibibytes:
            return *number > INT32_MAX ? text : std::to_string(*number * 1024);
        case Conversion::milliseconds:
            return std::to_string(*number / 1000 + (*number % 1000 > 0 ? 1 : 0));
        default:
            return *number < 0 ? "0" : text;
    }
}

std::string announcement(std::string_view variable, std::string_view ours) {
    return fmt::format("{} is accepted, but use {} instead", variable, ours);
}

class Translation {
public:
    Translation(const Environment& environment, std::vector<std::string>& warnings)
        : environment_(environment),
          warnings_(warnings),
          is_sockudo_(environment.has_prefix(sockudo_prefix)) {}

    std::vector<TranslatedSetting> run() {
        for (const TlsNames& names : tls_names) translate_tls(names);
        for (const TranslatedName& name : translated_names) translate(name);
        for (const TranslatedName& name : bare_names) {
            if (is_sockudo_) translate(name);
        }
        for (const RedisNames& names : redis_names) translate_redis(names);
        return std::move(settings_);
    }

private:
    void translate(const TranslatedName& name) {
        const auto* value = environment_.find(name.variable);
        if (value == nullptr) return;
        add(name.name, converted(value->text, name.conversion), *value);
    }

    void add(const char* name, std::string text, const Environment::Value& from) {
        warnings_.push_back(announcement(from.source, environment_name(name)));
        settings_.push_back({name, std::move(text), from.source});
    }

    std::string text_of(const char* variable, std::string_view otherwise) const {
        const auto* value = variable == nullptr ? nullptr : environment_.find(variable);
        return value == nullptr ? std::string(otherwise) : value->text;
    }

    /// A listener with a certificate is a whole `listen`; host and port are part of it.
    void translate_tls(const TlsNames& names) {
        const auto* certificate = environment_.find(names.certificate);
        if (certificate == nullptr || (names.bare && !is_sockudo_)) return;
        json listen = json::array();
        const std::string host = text_of(names.host, "");
        const auto port = parse_integer<std::int64_t>(text_of(names.port, ""));
        for (const std::string& address : host.empty() ? std::vector<std::string>{"0.0.0.0", "::"}
                                                       : std::vector<std::string>{host}) {
            json listener = {{"address", address},
                             {"tls_certificate_file", certificate->text},
                             {"tls_key_file", text_of(names.key, "")}};
            if (port) listener["port"] = *port;
            listen.push_back(std::move(listener));
        }
        add("listen", listen.dump(), *certificate);
    }

    void translate_redis(const RedisNames& names) {
        const auto* enabled = environment_.find(names.enabled);
        if (enabled == nullptr || (names.bare && !is_sockudo_)) return;
        if (std::ranges::find(names.on, enabled->text) == names.on.end()) return;
        add("redis.url", redis_url(names), *enabled);
    }

    std::string redis_url(const RedisNames& names) const {
        if (std::string url = text_of(names.url, ""); !url.empty()) return url;
        const std::string password = text_of(names.password, "");
        std::string credentials;
        if (!password.empty()) {
            credentials = fmt::format("{}:{}@", percent_encode(text_of(names.user, "")),
                                      percent_encode(password));
        }
        return fmt::format("redis://{}{}:{}/{}", credentials, text_of(names.host, "127.0.0.1"),
                           text_of(names.port, "6379"), text_of(names.database, "0"));
    }

    const Environment& environment_;
    std::vector<std::string>& warnings_;
    const bool is_sockudo_;
    std::vector<TranslatedSetting> settings_;
};

json switch_of(const std::string& text) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return text;
}

json list_of(std::string_view text) {
    json list = json::array();
    while (!text.empty()) {
        const auto comma = text.find(',');
        std::string_view item = text.substr(0, comma);
        text.remove_prefix(comma == text.npos ? text.size() : comma + 1);
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        if (!item.empty()) list.push_back(item);
    }
    return list;
}

struct AppName {
    const char* variable;
    const char* member;
    json (*value)(const std::string& text);
};

json events_from_members(const std::string& text) {
    return text != "none";
}
json list(const std::string& text) {
    return list_of(text);
}

constexpr auto app_names = std::to_array<AppName>({
    {"SOKETI_DEFAULT_APP_ENABLED", "enabled", switch_of},
    {"SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES", "client_events", switch_of},
    {"REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM", "client_events", events_from_members},
    {"SOCKUDO_DEFAULT_APP_ENABLED", "enabled", switch_of},
    {"SOCKUDO_ENABLE_CLIENT_MESSAGES", "client_events", switch_of},
    {"SOCKUDO_DEFAULT_APP_ENABLE_WATCHLIST_EVENTS", "watchlist_events", switch_of},
    {"SOCKUDO_DEFAULT_APP_ALLOWED_ORIGINS", "allowed_origins", list},
});

}  // namespace

bool is_name_of_another_server(std::string_view name) {
    return std::ranges::any_of(prefixes, [&](auto prefix) { return name.starts_with(prefix); }) ||
           std::ranges::any_of(bare_names,
                               [&](const auto& bare) { return name == bare.variable; }) ||
           std::ranges::find(further_bare_names, name) != further_bare_names.end();
}

bool is_translated_name(std::string_view name) {
    const auto is_variable = [name](const auto& one) { return name == one.variable; };
    const auto is_any = [name](std::initializer_list<const char*> variables) {
        return std::ranges::any_of(
            variables, [name](const char* one) { return one != nullptr && name == one; });
    };
    const auto is_credential = [name] {
        return name.starts_with("PUSHER_") || name.ends_with("_APP_ID") ||
               name.ends_with("_APP_KEY") || name.ends_with("_APP_SECRET");
    };
    return is_credential() || std::ranges::any_of(translated_names, is_variable) ||
           std::ranges::any_of(bare_names, is_variable) ||
           std::ranges::any_of(app_names, is_variable) ||
           std::ranges::any_of(redis_names,
                               [&](const RedisNames& one) {
                                   return is_any({one.enabled, one.url, one.host, one.port,
                                                  one.user, one.password, one.database});
                               }) ||
           std::ranges::any_of(tls_names, [&](const TlsNames& one) {
               return is_any({one.certificate, one.key, one.host, one.port});
           });
}

std::vector<TranslatedSetting> settings_of_other_servers(const Environment& environment,
                                                         std::vector<std::string>& warnings) {
    return Translation{environment, warnings}.run();
}

json app_of_other_servers(const Environment& environment, std::vector<std::string>& warnings) {
    json app = json::object();
    for (const AppName& name : app_names) {
        const auto* value = environment.find(name.variable);
        if (value == nullptr) continue;
        app.emplace(name.member, name.value(value->text));  // The first stays.
        warnings.push_back(announcement(
            name.variable, fmt::format("{} of the app in CARILLON_APPS", name.member)));
    }
    return app;
}

}  // namespace carillon
