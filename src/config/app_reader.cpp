#include "app_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <system_error>

#include "app_settings.hpp"
#include "read_json.hpp"
#include "webhook_reader.hpp"

namespace carillon {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct CredentialSettings {
    std::string key;
    std::string secret;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("key", &CredentialSettings::key, "");
        setting("secret", &CredentialSettings::secret, "");
    }
};

/// `object` holds `key` and `secret`. A part of the wrong type has been refused already.
Credential read_credential(const json& object, CredentialSettings settings, const std::string& path,
                           const Source& source) {
    for (const auto* part : {"key", "secret"}) {
        const auto value = object.find(part);
        if (value == object.end()) {
            source.refuse(join_path(path, part), "required");
        } else if (*value == "") {
            source.refuse(join_path(path, part), "must not be empty");
        }
    }
    if (settings.key.find(':') != std::string::npos) {
        source.refuse(join_path(path, "key"),
                      "must not contain a colon, which ends keys in signatures");
    }
    return {std::move(settings.key), std::move(settings.secret)};
}

std::vector<Credential> read_keys(const json& keys, const std::string& path, const Source& source) {
    std::vector<Credential> credentials;
    if (!keys.is_array() || keys.empty()) {
        source.refuse(path, "not an array of at least one {\"key\": …, \"secret\": …}");
        return credentials;
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto item = fmt::format("{}[{}]", path, i);
        CredentialSettings settings;
        read_object(settings, keys[i], item, source);
        if (keys[i].is_object()) {
            credentials.push_back(read_credential(keys[i], std::move(settings), item, source));
        }
    }
    return credentials;
}

std::vector<Credential> read_credentials(const json& object, AppSettings settings,
                                         const std::string& path, const Source& source) {
    const auto keys = object.find("keys");
    if (keys == object.end()) {
        return {read_credential(object, {std::move(settings.key), std::move(settings.secret)}, path,
                                source)};
    }
    if (object.contains("key") || object.contains("secret")) {
        source.refuse(join_path(path, "keys"), "either key and secret, or keys, not both");
    }
    return read_keys(*keys, join_path(path, "keys"), source);
}

AllowedOrigins read_origins(const std::vector<std::string>& texts, const std::string& path,
                            const Source& source) {
    std::vector<OriginPattern> patterns;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (auto pattern = OriginPattern::parse(texts[i])) {
            patterns.push_back(std::move(*pattern));
        } else {
            source.refuse(
                fmt::format("{}[{}]", join_path(path, "allowed_origins"), i),
                "not an origin such as https://example.com or https://*.example.com:8443");
        }
    }
    return AllowedOrigins(std::move(patterns));
}

}  // namespace

App read_app(const json& object, const Limits& limits, const std::string& path,
             const Source& source) {
    App app;
    app.limits = limits;
    AppSettings settings;
    read_object(settings, object, path, source, {"keys", "limits", "webhooks"});
    if (!object.is_object()) return app;
    if (const auto own = object.find("limits"); own != object.end()) {
        read_object(app.limits, *own, join_path(path, "limits"), source);
    }
    if (!object.contains("id")) {
        source.refuse(join_path(path, "id"), "required");
    } else if (object["id"] == "") {
        source.refuse(join_path(path, "id"), "must not be empty");
    }
    app.id = AppId{settings.id};
    app.enabled = settings.enabled;
    app.client_events = settings.client_events;
    app.subscription_count = settings.subscription_count;
    app.watchlist_events = settings.watchlist_events;
    app.subscription_errors = settings.subscription_errors;
    app.allowed_origins = read_origins(settings.allowed_origins, path, source);
    app.tls_only = settings.tls_only;
    app.webhook_grace = std::chrono::seconds(settings.webhook_grace_seconds);
    if (const auto webhooks = object.find("webhooks"); webhooks != object.end()) {
        app.webhooks = read_webhooks(*webhooks, join_path(path, "webhooks"), source);
    }
    for (const WebhookEndpoint& endpoint : app.webhooks) app.webhook_kinds.add(endpoint.kinds);
    app.credentials = read_credentials(object, std::move(settings), path, source);
    return app;
}

void read_apps(const json& apps, const Limits& limits, const Source& source,
               std::vector<SourcedApp>& out) {
    if (!apps.is_array()) return source.refuse("apps", "not an array of objects");
    for (std::size_t i = 0; i < apps.size(); ++i) {
        const auto path = fmt::format("apps[{}]", i);
        out.push_back({read_app(apps[i], limits, path, source), path + " in " + source.name()});
    }
}

void read_apps_directory(const fs::path& directory, const Limits& limits, const Source& source,
                         std::vector<SourcedApp>& out) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == ".json") files.push_back(entry->path());
    }
    if (error) {
        return source.refuse("apps_directory", fmt::format("cannot read {}: {}", directory.string(),
                                                           error.message()));
    }
    std::ranges::sort(files);
    for (const fs::path& path : files) {
        const Source file = source.at(path.string());
        const auto text = file.read_file(path);
        const auto object = text ? read_json(*text, "", file) : std::nullopt;
        if (object) out.push_back({read_app(*object, limits, "", file), file.name()});
    }
}

void check_unique(const std::vector<SourcedApp>& apps, ConfigurationProblems& problems) {
    std::map<std::string, std::string> ids;
    std::map<std::string, std::string> keys;
    const auto take = [&](auto& taken, const char* what, const std::string& name,
                          const std::string& where) {
        if (name.empty()) return;
        const auto [other, fresh] = taken.emplace(name, where);
        if (fresh) return;
        problems.lines.push_back(fmt::format("{}: the {} {} is taken by {}, it must be unique",
                                             where, what, name, other->second));
    };
    for (const SourcedApp& sourced : apps) {
        take(ids, "id", sourced.app.id.get(), sourced.where);
        for (const Credential& credential : sourced.app.credentials) {
            take(keys, "key", credential.key, sourced.where);
        }
    }
}

}  // namespace carillon
