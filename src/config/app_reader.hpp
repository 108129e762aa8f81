#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "carillon/apps/app.hpp"
#include "reader.hpp"

namespace carillon {

/// An app and how problems speak of it: "apps[1] in carillon.json".
struct SourcedApp {
    App app;
    std::string where;
};

/// The app that `object`, which stands at `path`, describes; nonsense if there were problems.
[[nodiscard]] App read_app(const nlohmann::json& object, const Limits& limits,
                           const std::string& path, const Source& source);

/// Appends one app for each entry of `apps`, even for a broken one (which is a problem by then).
void read_apps(const nlohmann::json& apps, const Limits& limits, const Source& source,
               std::vector<SourcedApp>& out);

/// The same for each `*.json` in `directory`, in the order of their names.
void read_apps_directory(const std::filesystem::path& directory, const Limits& limits,
                         const Source& source, std::vector<SourcedApp>& out);

/// Refuses ids and keys that two apps share.
void check_unique(const std::vector<SourcedApp>& apps, ConfigurationProblems& problems);

}  // namespace carillon
