#include <fmt/core.h>
#include <hiredis/hiredis.h>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <spdlog/version.h>
#include <zlib.h>

#include <CLI/Version.hpp>
#include <boost/version.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.hpp"
#include "commit.hpp"

namespace carillon {
namespace {

#define CARILLON_TEXT_OF(token) #token
#define CARILLON_TEXT(token) CARILLON_TEXT_OF(token)

/// Those that are loaded at run time say their version themselves, as far as they can.
nlohmann::ordered_json libraries() {
    const auto three = [](int major, int minor, int patch) {
        return fmt::format("{}.{}.{}", major, minor, patch);
    };
    return {
        {"boost", three(BOOST_VERSION / 100'000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)},
        {"cli11", CLI11_VERSION},
        {"fmt", three(FMT_VERSION / 10'000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
        {"hiredis", three(HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH)},
        {"nlohmann-json", three(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                NLOHMANN_JSON_VERSION_PATCH)},
        {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
        {"simdjson", CARILLON_TEXT(SIMDJSON_VERSION)},
        {"spdlog", three(SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
        {"zlib", zlibVersion()},
    };
}

}  // namespace

int version_command(bool as_json) {
    if (!as_json) {
        std::cout << "carillon " << CARILLON_VERSION << '\n';
        return 0;
    }
    const nlohmann::ordered_json version = {
        {"version", CARILLON_VERSION},
        {"commit", CARILLON_COMMIT},
        {"compiler", __VERSION__},
        {"libraries", libraries()},
    };
    std::cout << version.dump(2) << '\n';
    return 0;
}

}  // namespace carillon
