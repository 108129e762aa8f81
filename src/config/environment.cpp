#include "environment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <string_view>

#include "carillon/base/url.hpp"
#include "nearest.hpp"
#include "other_servers.hpp"
#include "source.hpp"

namespace carillon {
namespace {

constexpr std::string_view file_suffix = "_FILE";

constexpr std::string_view digits = "0123456789";
constexpr std::string_view capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Cuts the last `_`-separated word off `name` and returns it; all of `name` if there is no `_`.
std::string_view split_last_word(std::string_view& name) {
    const auto underscore = name.rfind('_');
    const std::string_view word = name.substr(underscore + 1);  // npos + 1 is 0.
    name = name.substr(0, underscore == name.npos ? 0 : underscore);
    return word;
}

bool consists_of(std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == text.npos;
}

/// `sctp://10.0.0.1:6001`, `tcp://[fd00::1]:6001`: any protocol, the service's address, a port.
bool is_service_url(std::string_view text) {
    const auto url = Url::parse(text);
    if (!url || !url->port) return false;
    boost::system::error_code error;
    boost::asio::ip::make_address(url->host, error);
    return !error;
}

/// `…_PORT_6001_SCTP`, and the same with `_PROTO`, `_PORT` or `_ADDR` behind it.
bool is_service_port_name(std::string_view name) {
    for (const std::string_view detail : {"_PROTO", "_PORT", "_ADDR"}) {
        if (!name.ends_with(detail)) continue;
        name.remove_suffix(detail.size());
        break;
    }
    const std::string_view protocol = split_last_word(name);
    const std::string_view number = split_last_word(name);
    return consists_of(protocol, capitals) && consists_of(number, digits) &&
           name.ends_with("_PORT");
}

/// Kubernetes sets these variables in every pod for each service of its namespace. A service called
/// `carillon`, or `carillon-…`, makes them look like settings: CARILLON_SERVICE_HOST,
/// CARILLON_SERVICE_PORT, CARILLON_SERVICE_PORT_HTTP, CARILLON_PORT=tcp://10.0.0.1:6001 and
/// CARILLON_PORT_6001_TCP with _PROTO, _PORT and _ADDR. Their shape is recognised rather than a
/// list of protocols, so that one more protocol does not stop the start. No setting has such a
/// name, except those that end in _PORT, which are numbers.
bool is_service_variable(std::string_view name, std::string_view text) {
    if (name.ends_with("_PORT") && is_service_url(text)) return true;
    return name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") ||
           name.find("_SERVICE_PORT_") != name.npos || is_service_port_name(name);
}

}  // namespace

Environment::Environment(const std::vector<std::pair<std::string, std::string>>& variables,
                         const std::vector<std::string>& known, ConfigurationProblems& problems) {
    for (const auto& [name, text] : variables) {
        if (text.empty() || is_service_variable(name, text)) continue;
        if (name.starts_with("CARILLON_")) {
            read_own(name, text, known, problems);
        } else if (is_name_of_another_server(name)) {
            values_.insert_or_assign(name, Value{text, name});
        }
    }
}

const Environment::Value* Environment::find(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
}

bool Environment::has_prefix(std::string_view prefix) const {
    const auto found = values_.lower_bound(std::string(prefix));
    return found != values_.end() && found->first.starts_with(prefix);
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
    Source{name, problems}.report(
        "", fmt::format("unknown environment variable; did you mean {}?", nearest(name, known)));
}

void Environment::read_secret_file(const std::string& name, const std::string& variable,
                                   const std::string& path, ConfigurationProblems& problems) {
    const Source source{name, problems};
    auto text = source.read_file(path);
    if (!text) return;
    text->erase(text->find_last_not_of("\r\n") + 1);
    if (text->empty())
        return source.report("", "the file " + path + " is empty; write the value into it");
    put(variable, {std::move(*text), name}, problems);
}

void Environment::put(const std::string& name, Value value, ConfigurationProblems& problems) {
    const std::string source = value.source;
    const auto [other, fresh] = values_.emplace(name, std::move(value));
    if (fresh || other->second.source == source) return;
    Source{source, problems}.report("",
                                    other->second.source + " is set as well; unset one of them");
}

}  // namespace carillon
