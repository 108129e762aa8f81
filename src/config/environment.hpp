#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "carillon/config/load_configuration.hpp"

namespace carillon {

/// The variables of the server, by name: CARILLON_*, of which only known ones are accepted, and the
/// names that other servers and the SDKs use. Empty ones are ignored; the content of a file
/// (`…_FILE`) is found under the name without the suffix.
class Environment {
public:
    struct Value {
        std::string text;
        std::string source;  ///< the variable that was set: the name itself, or …_FILE
    };

    Environment(const std::vector<std::pair<std::string, std::string>>& variables,
                const std::vector<std::string>& known, ConfigurationProblems& problems);

    [[nodiscard]] const Value* find(const std::string& name) const;
    /// Whether any variable begins with `prefix`.
    [[nodiscard]] bool has_prefix(std::string_view prefix) const;

private:
    void read_own(const std::string& name, const std::string& text,
                  const std::vector<std::string>& known, ConfigurationProblems& problems);
    void read_secret_file(const std::string& name, const std::string& variable,
                          const std::string& path, ConfigurationProblems& problems);
    void put(const std::string& name, Value value, ConfigurationProblems& problems);

    std::map<std::string, Value> values_;
};

}  // namespace carillon
