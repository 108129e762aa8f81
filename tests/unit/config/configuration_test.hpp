#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <variant>

#include "carillon/config/load_configuration.hpp"

namespace carillon {

/// A directory for the files of one test; goes away with it.
class ConfigurationTest : public testing::Test {
protected:
    ConfigurationTest() : directory_(std::filesystem::path(testing::TempDir()) / unique_name()) {
        std::filesystem::create_directories(directory_);
    }
    ~ConfigurationTest() override { std::filesystem::remove_all(directory_); }

    std::string write(const std::string& name, std::string_view text) const {
        const auto path = directory_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return path.string();
    }

    void file(std::string_view text) { sources.file = write("carillon.json", text); }

    /// The configuration; its absence fails the test.
    Configuration load() const {
        auto result = load_configuration(sources);
        if (auto* problems = std::get_if<ConfigurationProblems>(&result)) {
            for (const auto& line : problems->lines) ADD_FAILURE() << line;
            return {};
        }
        return std::get<Configuration>(std::move(result));
    }

    /// All problems, a line each, without the directory of the test; "" if there is none.
    std::string problems() const {
        const auto result = load_configuration(sources);
        std::string text;
        if (const auto* found = std::get_if<ConfigurationProblems>(&result)) {
            for (const auto& line : found->lines) text += line + '\n';
        }
        const std::string prefix = directory_.string() + '/';
        for (auto at = text.find(prefix); at != text.npos; at = text.find(prefix)) {
            text.erase(at, prefix.size());
        }
        return text;
    }

    std::filesystem::path directory() const { return directory_; }

    ConfigurationSources sources;

private:
    static std::string unique_name() {
        const auto* test = testing::UnitTest::GetInstance()->current_test_info();
        return "carillon_" + std::to_string(getpid()) + '_' + test->name();
    }

    std::filesystem::path directory_;
};

}  // namespace carillon
