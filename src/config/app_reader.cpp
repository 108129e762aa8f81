#include "app_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <system_error>

#include "read_json.hpp"
#include "webhook_reader.hpp"

namespace carillon {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// A string setting without which there is no app. One of the wrong type has been reported already.
void require(const json& object, const std::string& name, const std::string& path,
             const Source& source) {
    const auto value = object.find(name);
    if (value == object.end()) {
        source.report(join_path(path, name), "is required");
    } else if (*value == "") {
        source.report(join_path(path, name), "must not be empty");
    }
}

/// `credential` was read from `object`.
void check_credential(const Credential& credential, const json& object, const std::string& path,
                      const Source& source) {
    require(object, "key", path, source);
    require(object, "secret", path, source);
    if (credential.key.find(':') != std::string::npos) {
        source.report(join_path(path, "key"),
                      "must not contain a colon, which ends the key in signatures");
    }
}

}  // namespace

void read_value(AppId& id, const json& value, const std::string&, const Source&) {
    id = AppId{value.get<std::string>()};
}

void read_value(AllowedOrigins& origins, const json& values, const std::string& path,
                const Source& source) {
    std::vector<OriginPattern> patterns;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (auto pattern = OriginPattern::parse(values[i].get_ref<const std::string&>())) {
            patterns.push_back(std::move(*pattern));
        } else {
            source.report(fmt::format("{}[{}]", path, i),
                          "must be an origin such as https://example.com or "
                          "https://*.example.com:8443, or *");
        }
    }
    origins = AllowedOrigins(std::move(patterns));
}

void read_value(std::vector<Credential>& credentials, const json& values, const std::string& path,
                const Source& source) {
    if (values.empty()) {
        source.report(path, "must contain at least one {\"key\": …, \"secret\": …}");
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto item = fmt::format("{}[{}]", path, i);
        Credential credential;
        read_object(credential, values[i], item, source);
        if (!values[i].is_object()) continue;
        check_credential(credential, values[i], item, source);
        credentials.push_back(std::move(credential));
    }
}

void read_value(Limits& limits, const json& value, const std::string& path, const Source& source) {
    read_object(limits, value, path, source);
}

App read_app(const json& object, const Limits& limits, const std::string& path,
             const Source& source) {
    App app;
    app.limits = limits;
    Credential own;
    if (!object.is_object()) {
        source.report(path, fmt::format("must be an object, but is {}", type_of(object)));
        return app;
    }
    auto known = read_settings(app, object, path, source);
    std::ranges::move(read_settings(own, object, path, source), std::back_inserter(known));
    report_unknown(object, known, path, source);
    require(object, "id", path, source);
    if (!object.contains("keys")) {
        check_credential(own, object, path, source);
        app.credentials = {std::move(own)};
    } else if (object.contains("key") || object.contains("secret")) {
        source.report(join_path(path, "keys"), "replaces key and secret; remove them or keys");
    }
    for (const WebhookEndpoint& endpoint : app.webhooks) app.webhook_kinds.add(endpoint.kinds);
    return app;
}

void read_apps(const json& apps, const Limits& limits, const Source& source,
               std::vector<SourcedApp>& out) {
    if (!apps.is_array()) {
        return source.report("apps",
                             fmt::format("must be an array of objects, but is {}", type_of(apps)));
    }
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
        return source.report("apps_directory", fmt::format("cannot read {}: {}", directory.string(),
                                                           error.message()));
    }
    std::ranges::sort(files);
    for (const fs::path& path : files) {
        const Source file = source.with_name(path.string());
        const auto text = file.read_file(path);
        const auto object = text ? read_json(*text, "", file) : std::nullopt;
        if (object) out.push_back({read_app(*object, limits, "", file), file.name()});
    }
}

void check_unique(const std::vector<SourcedApp>& apps, ConfigurationProblems& problems) {
    std::map<std::string, std::string> ids;
    std::map<std::string, std::string> keys;
    const auto check = [&](auto& seen, const char* what, const std::string& name,
                           const std::string& where) {
        if (name.empty()) return;
        const auto [first, is_new] = seen.emplace(name, where);
        if (is_new) return;
        problems.lines.push_back(fmt::format("{}: the {} {} is already used by {}; choose another",
                                             where, what, name, first->second));
    };
    for (const SourcedApp& sourced : apps) {
        check(ids, "id", sourced.app.id.get(), sourced.where);
        for (const Credential& credential : sourced.app.credentials) {
            check(keys, "key", credential.key, sourced.where);
        }
    }
}

}  // namespace carillon
