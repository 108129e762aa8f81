#include "carillon/config/import_settings.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "default_app.hpp"
#include "environment.hpp"
#include "foreign_apps.hpp"
#include "other_servers.hpp"
#include "read_toml.hpp"
#include "reader.hpp"
#include "setting_names.hpp"

namespace carillon {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using Variables = std::vector<std::pair<std::string, std::string>>;

/// A key of another server's file, dotted, and the variable that means the same to it.
struct KeyOfVariable {
    std::string_view key;
    const char* variable;
};

constexpr auto soketi_keys = std::to_array<KeyOfVariable>({
    {"host", "SOKETI_HOST"},
    {"port", "SOKETI_PORT"},
    {"pathPrefix", "SOKETI_PATH_PREFIX"},
    {"metrics.port", "SOKETI_METRICS_SERVER_PORT"},
    {"shutdownGracePeriod", "SOKETI_SHUTDOWN_GRACE_PERIOD"},
    {"channelLimits.maxNameLength", "SOKETI_CHANNEL_LIMITS_MAX_NAME_LENGTH"},
    {"channelLimits.cacheTtl", "SOKETI_CHANNEL_CACHE_TTL"},
    {"eventLimits.maxBatchSize", "SOKETI_EVENT_MAX_BATCH_SIZE"},
    {"eventLimits.maxChannelsAtOnce", "SOKETI_EVENT_MAX_CHANNELS_AT_ONCE"},
    {"eventLimits.maxNameLength", "SOKETI_EVENT_MAX_NAME_LENGTH"},
    {"eventLimits.maxPayloadInKb", "SOKETI_EVENT_MAX_SIZE_IN_KB"},
    {"presence.maxMembersPerChannel", "SOKETI_PRESENCE_MAX_MEMBERS"},
    {"presence.maxMemberSizeInKb", "SOKETI_PRESENCE_MAX_MEMBER_SIZE"},
    {"ssl.certPath", "SOKETI_SSL_CERT"},
    {"ssl.keyPath", "SOKETI_SSL_KEY"},
    {"adapter.driver", "SOKETI_ADAPTER_DRIVER"},
    {"database.redis.host", "SOKETI_DB_REDIS_HOST"},
    {"database.redis.port", "SOKETI_DB_REDIS_PORT"},
    {"database.redis.db", "SOKETI_DB_REDIS_DB"},
    {"database.redis.username", "SOKETI_DB_REDIS_USERNAME"},
    {"database.redis.password", "SOKETI_DB_REDIS_PASSWORD"},
});

constexpr auto sockudo_keys = std::to_array<KeyOfVariable>({
    {"host", "HOST"},
    {"port", "PORT"},
    {"metrics.port", "METRICS_PORT"},
    {"activity_timeout", "ACTIVITY_TIMEOUT"},
    {"shutdown_grace_period", "SHUTDOWN_GRACE_PERIOD"},
    {"websocket_max_payload_kb", "WEBSOCKET_MAX_PAYLOAD_KB"},
    {"channel_limits.max_name_length", "SOCKUDO_DEFAULT_APP_MAX_CHANNEL_NAME_LENGTH"},
    {"channel_limits.cache_ttl", "SOKETI_CHANNEL_CACHE_TTL"},
    {"event_limits.max_batch_size", "SOCKUDO_DEFAULT_APP_MAX_EVENT_BATCH_SIZE"},
    {"event_limits.max_channels_at_once", "SOCKUDO_DEFAULT_APP_MAX_EVENT_CHANNELS_AT_ONCE"},
    {"event_limits.max_name_length", "SOCKUDO_DEFAULT_APP_MAX_EVENT_NAME_LENGTH"},
    {"event_limits.max_payload_in_kb", "SOCKUDO_DEFAULT_APP_MAX_EVENT_PAYLOAD_IN_KB"},
    {"presence.max_members_per_channel", "SOCKUDO_DEFAULT_APP_MAX_PRESENCE_MEMBERS_PER_CHANNEL"},
    {"presence.max_member_size_in_kb", "SOCKUDO_DEFAULT_APP_MAX_PRESENCE_MEMBER_SIZE_IN_KB"},
    {"ssl.cert_path", "SSL_CERT_PATH"},
    {"ssl.key_path", "SSL_KEY_PATH"},
    {"adapter.driver", "ADAPTER_DRIVER"},
    {"database.redis.host", "DATABASE_REDIS_HOST"},
    {"database.redis.port", "DATABASE_REDIS_PORT"},
    {"database.redis.db", "DATABASE_REDIS_DB"},
    {"database.redis.username", "DATABASE_REDIS_USERNAME"},
    {"database.redis.password", "DATABASE_REDIS_PASSWORD"},
});

constexpr auto reverb_keys = std::to_array<KeyOfVariable>({
    {"servers.reverb.host", "REVERB_SERVER_HOST"},
    {"servers.reverb.port", "REVERB_SERVER_PORT"},
    {"servers.reverb.path", "REVERB_SERVER_PATH"},
    {"servers.reverb.max_request_size", "REVERB_MAX_REQUEST_SIZE"},
    {"servers.reverb.scaling.enabled", "REVERB_SCALING_ENABLED"},
    {"servers.reverb.scaling.server.url", "REDIS_URL"},
    {"servers.reverb.scaling.server.host", "REDIS_HOST"},
    {"servers.reverb.scaling.server.port", "REDIS_PORT"},
    {"servers.reverb.scaling.server.username", "REDIS_USERNAME"},
    {"servers.reverb.scaling.server.password", "REDIS_PASSWORD"},
    {"servers.reverb.scaling.server.database", "REDIS_DB"},
});

/// Of sockudo: without one of its own, names without a prefix are not read.
constexpr const char* sockudo_marker = "SOCKUDO_FILE";

std::string text_of(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// The leaves of an object, and arrays, by their dotted path.
void flatten(const json& value, const std::string& path, std::map<std::string, json>& leaves) {
    if (!value.is_object()) {
        leaves.emplace(path, value);
        return;
    }
    for (const auto& [name, child] : value.items()) {
        flatten(child, join_path(path, name), leaves);
    }
}

class Import {
public:
    /// `leaves` of a file of the server that `keys` are of, with its apps at `apps_key`.
    template <std::size_t Count>
    void add_file(std::map<std::string, json> leaves, const std::array<KeyOfVariable, Count>& keys,
                  const std::string& apps_key) {
        if (const auto apps = leaves.extract(apps_key)) add_apps(apps.mapped(), apps_key);
        for (const auto& [path, value] : leaves) {
            if (value.is_null() || value == "" || value == json::array()) continue;
            const auto known = std::ranges::find(keys, path, &KeyOfVariable::key);
            if (known == keys.end()) {
                not_taken_.push_back(path + ": there is no such setting");
                continue;
            }
            variables_.emplace_back(known->variable, text_of(value));
        }
    }

    /// A variable that stands for nothing, but for whose file it is.
    void add_marker(const char* name) { variables_.emplace_back(name, "1"); }

    void add_variables(const Variables& variables) {
        for (const auto& [name, value] : variables) {
            if (is_translated_name(name)) {
                variables_.emplace_back(name, value);
            } else if (has_prefix_of_a_server(name) && !value.empty()) {
                not_taken_.push_back(name + ": there is no such setting");
            }
        }
        has_default_app_ = true;
    }

    ImportedSettings run(std::string origin) {
        ConfigurationProblems problems;
        std::vector<std::string> announcements;
        const Environment environment(variables_, {}, problems);
        const Source source{"import", problems};
        const auto kinds = dotted_names();
        for (const TranslatedSetting& setting :
             settings_of_other_servers(environment, announcements)) {
            const auto value =
                parse_value(kinds.at(setting.name), setting.text, setting.name, source);
            if (value) put(setting.name, *value);
        }
        finish_listen();
        if (has_default_app_) add_default_app(environment, announcements);
        if (!apps_.empty()) configuration_["apps"] = std::move(apps_);
        return {std::move(origin), std::move(configuration_), std::move(not_taken_)};
    }

private:
    static bool has_prefix_of_a_server(std::string_view name) {
        constexpr auto of_clients =
            std::to_array<std::string_view>({"REVERB_HOST", "REVERB_PORT", "REVERB_SCHEME"});
        if (std::ranges::find(of_clients, name) != of_clients.end()) return false;
        return name.starts_with("SOKETI_") || name.starts_with("REVERB_") ||
               name.starts_with("SOCKUDO_");
    }

    void add_apps(const json& apps, const std::string& key) {
        for (std::size_t i = 0; apps.is_array() && i < apps.size(); ++i) {
            if (!apps[i].is_object()) continue;
            apps_.push_back(
                translate_app(apps[i], key + "[" + std::to_string(i) + "]", not_taken_));
        }
    }

    void add_default_app(const Environment& environment, std::vector<std::string>& announcements) {
        const json app = default_app_of(environment, announcements);
        if (!app.contains("secret")) return;
        ordered_json ordered;
        for (const char* first : {"id", "key", "secret"}) {
            if (app.contains(first)) ordered[first] = app[first];
        }
        for (const auto& [name, value] : app.items()) ordered[name] = value;
        apps_.push_back(std::move(ordered));
    }

    void put(const std::string& name, const json& value) {
        if (name == "host" || name == "port") {
            (name == "host" ? host_ : port_) = value;
            return;
        }
        const auto dot = name.find('.');
        if (dot == name.npos) {
            configuration_[name] = value;
        } else {
            configuration_[name.substr(0, dot)][name.substr(dot + 1)] = value;
        }
    }

    void finish_listen() {
        if (configuration_.contains("listen") || (host_.is_null() && port_.is_null())) return;
        ordered_json listen = ordered_json::array();
        for (const json& address :
             host_.is_null() || host_ == "0.0.0.0" ? json{"0.0.0.0", "::"} : json{host_}) {
            ordered_json listener = {{"address", address}};
            if (!port_.is_null()) listener["port"] = port_;
            listen.push_back(std::move(listener));
        }
        configuration_["listen"] = std::move(listen);
    }

    Variables variables_;
    std::vector<std::string> not_taken_;
    ordered_json configuration_ = ordered_json::object();
    ordered_json apps_ = ordered_json::array();
    json host_;
    json port_;
    bool has_default_app_ = false;
};

/// `NAME=value` per line, with `export`, comments, quotes, and `${NAME}` of a line before.
Variables read_env(std::string_view text) {
    constexpr std::string_view blanks = " \t\r";
    Variables variables;
    const auto expanded = [&variables](std::string value) {
        for (std::size_t at = 0; (at = value.find("${", at)) != value.npos;) {
            const auto end = value.find('}', at);
            if (end == value.npos) break;
            const auto known = std::ranges::find(variables, value.substr(at + 2, end - at - 2),
                                                 &Variables::value_type::first);
            const std::string with = known == variables.end() ? "" : known->second;
            value.replace(at, end + 1 - at, with);
            at += with.size();
        }
        return value;
    };
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        if (line.starts_with("export ")) line.remove_prefix(7);
        const auto equals = line.find('=');
        if (line.empty() || line.front() == '#' || equals == line.npos) continue;
        std::string_view name = line.substr(0, equals);
        std::string_view value = line.substr(equals + 1);
        name = name.substr(0, name.find_last_not_of(blanks) + 1);
        value.remove_prefix(std::min(value.find_first_not_of(blanks), value.size()));
        const bool is_quoted = value.starts_with('"') || value.starts_with('\'');
        const auto end = is_quoted ? value.find(value.front(), 1) : value.find(" #");
        const bool is_literal = value.starts_with('\'');
        value =
            is_quoted ? value.substr(1, end == value.npos ? end : end - 1) : value.substr(0, end);
        if (!is_quoted) value = value.substr(0, value.find_last_not_of(blanks) + 1);
        variables.emplace_back(name,
                               is_literal ? std::string(value) : expanded(std::string(value)));
    }
    return variables;
}

std::variant<ImportedSettings, ImportProblem> import_tree(const json& tree, const char* format) {
    std::map<std::string, json> leaves;
    flatten(tree, "", leaves);
    Import import;
    const auto has = [&](std::string_view prefix) {
        return std::ranges::any_of(
            leaves, [&](const auto& leaf) { return leaf.first.starts_with(prefix); });
    };
    if (has("servers.")) {
        import.add_file(std::move(leaves), reverb_keys, "apps.apps");
        return import.run(std::string("Reverb (") + format + ")");
    }
    // The names of soketi have capitals, those of sockudo underscores.
    if (has("app_manager.") || has("event_limits.") || has("channel_limits.") ||
        has("websocket_")) {
        import.add_marker(sockudo_marker);
        import.add_file(std::move(leaves), sockudo_keys, "app_manager.array.apps");
        return import.run(std::string("sockudo (") + format + ")");
    }
    import.add_file(std::move(leaves), soketi_keys, "appManager.array.apps");
    return import.run(std::string("soketi (") + format + ")");
}

/// A table, or a pair with blanks around its `=`, as no .env has it.
bool looks_like_toml(std::string_view text) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.empty() || line.front() == '#' || line.front() == '\r') continue;
        return line.front() == '[' || line.find(" = ") != line.npos;
    }
    return false;
}

}  // namespace

std::variant<ImportedSettings, ImportProblem> import_settings(std::string_view text) {
    const auto start = text.find_first_not_of(" \t\r\n");
    if (start == text.npos) return ImportProblem{"the file is empty"};
    if (text[start] == '{') {
        const json tree = json::parse(text, nullptr, false, true);
        if (!tree.is_object()) return ImportProblem{"the file is not JSON"};
        return import_tree(tree, "JSON");
    }
    if (looks_like_toml(text)) {
        auto tree = read_toml(text);
        if (const auto* line = std::get_if<std::size_t>(&tree)) {
            return ImportProblem{"line " + std::to_string(*line) + " is not understood as TOML"};
        }
        return import_tree(std::get<json>(tree), "TOML");
    }
    Import import;
    import.add_variables(read_env(text));
    return import.run("variables (.env)");
}

}  // namespace carillon
