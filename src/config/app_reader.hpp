#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "carillon/apps/app.hpp"
#include "reader.hpp"

namespace carillon {

/// An app and where it is configured: "apps[1] in carillon.json".
struct SourcedApp {
    App app;
    std::string where;
};

void read_value(AppId& id, const nlohmann::json& value, const std::string& path,
                const Source& source);
void read_value(AllowedOrigins& origins, const nlohmann::json& values, const std::string& path,
                const Source& source);
void read_value(std::vector<Credential>& credentials, const nlohmann::json& values,
                const std::string& path, const Source& source);
void read_value(Limits& limits, const nlohmann::json& value, const std::string& path,
                const Source& source);

/// The app that `object`, which is at `path`, describes; incomplete if problems were reported.
[[nodiscard]] App read_app(const nlohmann::json& object, const Limits& limits,
                           const std::string& path, const Source& source);

/// Appends one app for each element of `apps`, whether or not there are problems with it.
void read_apps(const nlohmann::json& apps, const Limits& limits, const Source& source,
               std::vector<SourcedApp>& out);

/// The same for each `*.json` in `directory`, in the order of their names.
void read_apps_directory(const std::filesystem::path& directory, const Limits& limits,
                         const Source& source, std::vector<SourcedApp>& out);

/// Reports ids and keys that two apps share.
void check_unique(const std::vector<SourcedApp>& apps, ConfigurationProblems& problems);

}  // namespace carillon
