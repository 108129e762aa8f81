#include "environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "nearest.hpp"
#include "place.hpp"

namespace carillon {
namespace {

constexpr std::string_view file_suffix = "_FILE";

/// Kubernetes tells every pod of the services beside it: one called "carillon" comes as
/// CARILLON_PORT=tcp://10.0.0.1:6001, CARILLON_SERVICE_HOST and so on. Those are not settings.
bool is_service_link(std::string_view name, std::string_view text) {
    const auto port = name.find("_PORT_");
    return name.find("_SERVICE_HOST") != name.npos || name.find("_SERVICE_PORT") != name.npos ||
           (port != name.npos && name.substr(port).find_first_of("0123456789") == 6) ||
           text.starts_with("tcp://") || text.starts_with("udp://");
}

}  // namespace

Environment::Environment(const std::vector<std::pair<std::string, std::string>>& variables,
                         const std::vector<std::string>& known, ConfigurationProblems& problems) {
    for (const auto& [name, text] : variables) {
        if (text.empty() || is_service_link(name, text)) continue;
        if (name.starts_with("CARILLON_")) {
            read_own(name, text, known, problems);
        } else if (name.starts_with("PUSHER_") || name.starts_with("SOKETI_")) {
            values_.insert_or_assign(name, Value{text, name});
        }
    }
}

const Environment::Value* Environment::find(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
}

void Environment::read_own(const std::string& name, const std::string& text,
                           const std::vector<std::string>& known, ConfigurationProblems& problems) {
    if (std::ranges::count(known, name) != 0) return put(name, {text, name}, problems);
    if (name.ends_with(file_suffix)) {
        const std::string variable = name.substr(0, name.size() - file_suffix.size());
        // What CARILLON_CONFIG_FILE would mean is a guess: the path, or a file that holds the path.
        if (std::ranges::count(known, variable) != 0 && variable != "CARILLON_CONFIG") {
            return read_secret_file(name, variable, text, problems);
        }
    }
    Place{name, problems}.refuse(
        "", fmt::format("unknown environment variable, the nearest is {}", nearest(name, known)));
}

void Environment::read_secret_file(const std::string& name, const std::string& variable,
                                   const std::string& path, ConfigurationProblems& problems) {
    const Place place{name, problems};
    auto text = place.read_file(path);
    if (!text) return;
    text->erase(text->find_last_not_of("\r\n") + 1);
    if (text->empty()) return place.refuse("", "the file " + path + " is empty");
    put(variable, {std::move(*text), name}, problems);
}

void Environment::put(const std::string& name, Value value, ConfigurationProblems& problems) {
    const std::string place = value.place;
    const auto [other, fresh] = values_.emplace(name, std::move(value));
    if (fresh || other->second.place == place) return;
    Place{place, problems}.refuse("", other->second.place + " is set too, only one of them may be");
}

}  // namespace carillon
