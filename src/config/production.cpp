#include "production.hpp"

#include <fmt/format.h>

#include <string>
#include <system_error>

#include "default_app.hpp"

namespace carillon {
namespace {

namespace fs = std::filesystem;

/// Of letters and digits that nobody can guess these are 95 bits; whoever has one token of a short
/// secret tries them all at home.
constexpr std::size_t secret_length_min = 16;

void check_secrets(const std::vector<SourcedApp>& apps, ConfigurationProblems& problems) {
    for (const SourcedApp& sourced : apps) {
        for (const Credential& credential : sourced.app.credentials) {
            if (credential.secret == public_secret) {
                problems.lines.push_back(
                    fmt::format("{}: the public secret {} is not allowed in production; {}",
                                sourced.where, public_secret, how_to_set_the_app));
            } else if (!credential.secret.empty() && credential.secret.size() < secret_length_min) {
                problems.lines.push_back(fmt::format(
                    "{}: production demands secrets of at least {} characters; that "
                    "of the key {} has {}",
                    sourced.where, secret_length_min, credential.key, credential.secret.size()));
            }
        }
    }
}

void check_token(const std::string& token, ConfigurationProblems& problems) {
    if (token.empty() || token.size() >= secret_length_min) return;
    problems.lines.push_back(
        fmt::format("admin.token: production demands at least {} characters, this one has {}",
                    secret_length_min, token.size()));
}

/// Its own permissions and those of every directory on the way to it allow it.
bool can_others_read(const fs::path& file) {
    std::error_code error;
    const auto has = [&error](const fs::path& path, fs::perms right) {
        return (fs::status(path, error).permissions() & right) != fs::perms::none && !error;
    };
    const fs::path path = fs::canonical(file, error);
    if (error || !has(path, fs::perms::others_read)) return false;
    for (fs::path parent = path.parent_path(); parent != path.root_path();
         parent = parent.parent_path()) {
        if (!has(parent, fs::perms::others_exec)) return false;
    }
    return true;
}

std::vector<fs::path> files_of(const std::string& apps_directory) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(apps_directory, error), end; !error && entry != end;
         entry.increment(error)) {
        if (entry->path().extension() == ".json") files.push_back(entry->path());
    }
    return files;
}

void warn_of_files(Configuration& configuration, const std::optional<fs::path>& file) {
    std::vector<fs::path> files;
    if (!configuration.apps_directory.empty()) files = files_of(configuration.apps_directory);
    if (file) files.push_back(*file);
    for (const fs::path& path : files) {
        if (!can_others_read(path)) continue;
        configuration.warnings.push_back(
            fmt::format("every user of this machine can read the secrets in {0}; chmod o-r {0}",
                        path.string()));
    }
}

}  // namespace

void check_production(Configuration& configuration, const std::vector<SourcedApp>& apps,
                      const std::optional<fs::path>& file, ConfigurationProblems& problems) {
    if (!configuration.production) return;
    check_secrets(apps, problems);
    check_token(configuration.admin.token, problems);
    if (configuration.hash_seed != 0) {
        problems.lines.emplace_back(
            "hash_seed: a known key is not allowed in production; remove the setting");
    }
    warn_of_files(configuration, file);
}

}  // namespace carillon
