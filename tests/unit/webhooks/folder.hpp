#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace carillon::test {

/// A directory of one test; goes away with it.
class Folder : public ::testing::Test {
protected:
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() override { std::filesystem::remove_all(path); }

    static std::string contents(const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    [[nodiscard]] std::size_t files() const {
        const std::filesystem::directory_iterator all(path);
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

    const std::filesystem::path path =
        std::filesystem::path(::testing::TempDir()) /
        ("carillon_" + std::to_string(::getpid()) + "_" +
         ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

}  // namespace carillon::test
