#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app_reader.hpp"
#include "carillon/config/configuration.hpp"
#include "reader.hpp"

namespace carillon {

/// A configuration while sources are laid over each other, the weakest first.
class Draft {
public:
    Draft();

    /// Lays the settings of a file, or of a part of one, over what is there.
    void lay(const nlohmann::json& tree, const Place& place);

    /// `--host` and `--port`: of the first listener. While nobody has chosen listeners, a host
    /// replaces both default ones, and a port is that of both.
    void lay_host(const nlohmann::json& host, const Place& place);
    void lay_port(const nlohmann::json& port, const Place& place);

    /// The apps from `apps` and `apps_directory`. To be called last: they start from the global
    /// limits.
    [[nodiscard]] std::vector<PlacedApp> read_configured_apps() const;

    Configuration configuration;

private:
    void lay_listen(const nlohmann::json& listen, const Place& place);

    struct Placed {
        nlohmann::json value;
        Place place;
    };
    std::optional<Placed> apps_;
    std::optional<Place> apps_directory_;
};

}  // namespace carillon
