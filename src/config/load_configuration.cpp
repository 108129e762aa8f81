#include "carillon/config/load_configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <map>

#include "carillon/redis/redis_address.hpp"
#include "default_app.hpp"
#include "draft.hpp"
#include "environment.hpp"
#include "other_servers.hpp"
#include "production.hpp"
#include "read_json.hpp"
#include "setting_names.hpp"

namespace carillon {
namespace {

void check_admin(const AdminOptions& admin, ConfigurationProblems& problems) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(admin.address, error);
    if (error) {
        problems.lines.push_back(fmt::format(
            "admin.address: must be an IPv4 or IPv6 address, but is \"{}\"", admin.address));
    } else if (!address.is_loopback() && admin.token.empty()) {
        problems.lines.emplace_back(
            "admin.token: is required because admin.address is not a loopback address");
    }
}

/// The URL may hold a password: it is never repeated.
void check_redis(const RedisOptions& redis, ConfigurationProblems& problems) {
    if (redis.url.empty()) return;
    if (const auto address = RedisAddress::parse(redis.url); !address) {
        problems.lines.push_back(
            fmt::format("redis.url: must be {}; {}", RedisAddress::form, address.error().what));
    }
    if (redis.prefix.empty() || redis.prefix.size() > 64 ||
        redis.prefix.find_first_of(" {}\r\n") != std::string::npos) {
        problems.lines.emplace_back(
            "redis.prefix: must have 1 to 64 characters, and no spaces, line breaks or braces");
    }
    if (redis.certificate_file.empty() != redis.key_file.empty()) {
        problems.lines.emplace_back(
            "redis.key_file: redis.certificate_file and redis.key_file must be set together");
    }
}

class ConfigurationLoader {
public:
    explicit ConfigurationLoader(const ConfigurationSources& sources)
        : sources_(sources), environment_(sources.environment, known_variables(), problems_) {}

    std::variant<Configuration, ConfigurationProblems> run() {
        merge_file();
        merge_other_servers();
        merge_environment();
        merge_flags();
        auto apps = draft_.read_configured_apps();
        Configuration& configuration = draft_.configuration;
        add_default_app(environment_, configuration, apps, problems_);
        check_unique(apps, problems_);
        check_admin(configuration.admin, problems_);
        check_redis(configuration.redis, problems_);
        check_production(configuration, apps, file_, problems_);
        if (!problems_.lines.empty()) return std::move(problems_);
        for (SourcedApp& sourced : apps) configuration.apps.push_back(std::move(sourced.app));
        return std::move(configuration);
    }

private:
    /// The value of a variable or flag.
    struct Assignment {
        std::string name;  ///< dotted
        std::string text;
        std::string source;
    };

    std::vector<std::string> known_variables() const {
        std::vector<std::string> known = {"CARILLON_CONFIG", "CARILLON_APP_ID", "CARILLON_APP_KEY",
                                          "CARILLON_APP_SECRET"};
        for (const auto& item : names_) known.push_back(environment_name(item.first));
        return known;
    }

    void merge_file() {
        std::optional<std::filesystem::path>& path = file_;
        path = sources_.file;
        std::string source = "--config";
        if (const auto* variable = environment_.find("CARILLON_CONFIG"); variable && !path) {
            path = variable->text;
            source = variable->source;
        }
        if (!path) return;
        const auto text = Source{source, problems_}.read_file(*path);
        const Source file{path->string(), problems_};
        const auto tree = text ? read_json(*text, "", file) : std::nullopt;
        if (tree) draft_.merge(*tree, file);
    }

    void merge_other_servers() {
        std::vector<Assignment> given;
        for (TranslatedSetting& setting :
             settings_of_other_servers(environment_, draft_.configuration.warnings)) {
            given.push_back(
                {std::move(setting.name), std::move(setting.text), std::move(setting.source)});
        }
        merge_assignments(std::move(given));
    }

    void merge_environment() {
        std::vector<Assignment> given;
        for (const auto& item : names_) {
            if (const auto* value = environment_.find(environment_name(item.first))) {
                given.push_back({item.first, value->text, value->source});
            }
        }
        merge_assignments(std::move(given));
    }

    void merge_flags() {
        std::vector<Assignment> given;
        for (const auto& [name, text] : sources_.flags) {
            given.push_back({name, text, flag_name(name)});
        }
        merge_assignments(std::move(given));
    }

    static bool is_whole(SettingKind kind) {
        return kind == SettingKind::object || kind == SettingKind::objects;
    }

    /// Within one source a whole section or array is merged before its parts, and a host, which may
    /// replace listeners, before a port.
    void merge_assignments(std::vector<Assignment> given) {
        std::ranges::stable_sort(given, {}, [this](const Assignment& one) {
            const auto known = names_.find(one.name);
            if (known != names_.end() && is_whole(known->second)) return 0;
            return one.name == "host" ? 1 : 2;
        });
        for (const Assignment& one : given) merge(one);
    }

    void merge(const Assignment& given) {
        const Source source{given.source, problems_};
        const auto known = names_.find(given.name);
        if (known == names_.end()) return source.report("", "unknown setting");
        const auto value = parse_value(known->second, given.text, given.name, source);
        if (!value) return;
        if (given.name == "host") return draft_.merge_host(*value, source);
        if (given.name == "port") return draft_.merge_port(*value, source);
        nlohmann::json tree = *value;
        for (std::string_view rest = given.name; !rest.empty();) {
            const auto dot = rest.rfind('.');
            const auto from = dot == rest.npos ? 0 : dot + 1;
            tree = nlohmann::json{{std::string(rest.substr(from)), std::move(tree)}};
            rest = dot == rest.npos ? std::string_view{} : rest.substr(0, dot);
        }
        draft_.merge(tree, source);
    }

    const ConfigurationSources& sources_;
    const std::map<std::string, SettingKind> names_ = dotted_names();
    ConfigurationProblems problems_;
    std::optional<std::filesystem::path> file_;
    Environment environment_;
    Draft draft_;
};

}  // namespace

std::variant<Configuration, ConfigurationProblems> load_configuration(
    const ConfigurationSources& sources) {
    return ConfigurationLoader{sources}.run();
}

}  // namespace carillon
