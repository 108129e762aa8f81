#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app_reader.hpp"
#include "carillon/config/configuration.hpp"
#include "reader.hpp"

namespace carillon {

/// A configuration while sources are merged into it, in order of increasing precedence.
class Draft {
public:
    /// Merges the settings of a file, or of a part of one: they replace those of earlier sources.
    void merge(const nlohmann::json& tree, const Source& source);

    /// `--host` and `--port`: of the first listener. If no listener is configured, a host replaces
    /// both default ones, and a port applies to both.
    void merge_host(const nlohmann::json& host, const Source& source);
    void merge_port(const nlohmann::json& port, const Source& source);

    /// The apps from `apps` and `apps_directory`. To be called last, since apps inherit the global
    /// limits.
    [[nodiscard]] std::vector<SourcedApp> read_configured_apps() const;

    Configuration configuration;

private:
    void merge_listen(const nlohmann::json& listen, const Source& source);

    struct Sourced {
        nlohmann::json value;
        Source source;
    };
    std::optional<Sourced> apps_;
    std::optional<Source> apps_directory_;
};

}  // namespace carillon
