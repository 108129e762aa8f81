#include "default_app.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "other_servers.hpp"

namespace carillon {
namespace {

struct AppField {
    const char* key;
    const char* default_value;
    std::vector<std::string> variables;  // In order of precedence; the first is our own.
};

const std::array<AppField, 3>& app_fields() {
    static const std::array<AppField, 3> fields = {{
        {"id",
         "app-id",
         {"CARILLON_APP_ID", "PUSHER_APP_ID", "SOKETI_DEFAULT_APP_ID", "REVERB_APP_ID",
          "SOCKUDO_DEFAULT_APP_ID"}},
        {"key",
         "app-key",
         {"CARILLON_APP_KEY", "PUSHER_APP_KEY", "PUSHER_KEY", "SOKETI_DEFAULT_APP_KEY",
          "REVERB_APP_KEY", "SOCKUDO_DEFAULT_APP_KEY"}},
        {"secret",
         public_secret,
         {"CARILLON_APP_SECRET", "PUSHER_APP_SECRET", "PUSHER_SECRET", "SOKETI_DEFAULT_APP_SECRET",
          "REVERB_APP_SECRET", "SOCKUDO_DEFAULT_APP_SECRET"}},
    }};
    return fields;
}

/// `id`, `key` and `secret` from the variables, as far as they are set.
nlohmann::json app_from_environment(const Environment& environment, bool beside_others,
                                    std::vector<std::string>& warnings) {
    nlohmann::json app = nlohmann::json::object();
    for (const AppField& field : app_fields()) {
        const std::string& own = field.variables.front();
        for (const std::string& variable : field.variables) {
            const auto* value = environment.find(variable);
            if (value == nullptr) continue;
            if (beside_others && variable != own) {
                warnings.push_back(variable + " is ignored because apps are configured");
                continue;
            }
            app.emplace(field.key, value->text);  // The first stays.
            if (variable != own && !variable.starts_with("PUSHER_")) {
                warnings.push_back(
                    fmt::format("{} is accepted, but use {} instead", variable, own));
            }
        }
    }
    return app;
}

}  // namespace

nlohmann::json default_app_of(const Environment& environment, std::vector<std::string>& warnings) {
    auto app = app_from_environment(environment, false, warnings);
    app.update(app_of_other_servers(environment, warnings));
    return app;
}

void add_default_app(const Environment& environment, Configuration& configuration,
                     std::vector<SourcedApp>& apps, ConfigurationProblems& problems) {
    const Source source{"the default app", problems};
    const bool beside_others = !apps.empty();
    auto app = app_from_environment(environment, beside_others, configuration.warnings);
    if (beside_others && !app.empty() && app.size() != app_fields().size()) {
        source.report("",
                      "CARILLON_APP_ID, CARILLON_APP_KEY and CARILLON_APP_SECRET must be set "
                      "together if apps are configured");
    } else if (!beside_others || !app.empty()) {
        if (!beside_others) {
            app.update(app_of_other_servers(environment, configuration.warnings));
        }
        for (const AppField& field : app_fields()) app.emplace(field.key, field.default_value);
        configuration.default_app = !beside_others && app["secret"] == public_secret;
        apps.push_back({read_app(app, configuration.limits, "", source), source.name()});
    }
    if (configuration.default_app) {
        configuration.warnings.push_back(
            fmt::format("the default app has the public secret {}, which is for tests only; {}",
                        public_secret, how_to_set_the_app));
    }
}

}  // namespace carillon
