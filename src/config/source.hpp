#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "carillon/config/load_configuration.hpp"

namespace carillon {

/// One source while it is read: a file, an environment variable, a flag. Collects its problems.
class Source {
public:
    Source(std::string name, ConfigurationProblems& problems)
        : name_(std::move(name)), problems_(&problems) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] Source with_name(std::string name) const { return {std::move(name), *problems_}; }

    /// `key` is empty when the source as a whole is wrong.
    void report(std::string_view key, std::string_view why) const;

    /// The whole of a file that this source names; nothing, and a problem, if it cannot be read.
    [[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& path) const;

private:
    std::string name_;
    ConfigurationProblems* problems_;
};

}  // namespace carillon
