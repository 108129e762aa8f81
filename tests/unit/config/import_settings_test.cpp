#include "carillon/config/import_settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "carillon/config/load_configuration.hpp"
#include "read_toml.hpp"

namespace carillon {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ImportedSettings imported(std::string_view text) {
    const auto result = import_settings(text);
    if (const auto* problem = std::get_if<ImportProblem>(&result)) {
        ADD_FAILURE() << problem->what;
        return {};
    }
    return std::get<ImportedSettings>(result);
}

json configuration_of(std::string_view text) {
    return imported(text).configuration;
}

TEST(ImportSettings, ReadsSoketisFile) {
    const auto settings = imported(R"({
        "debug": true, "port": 6002, "eventLimits": {"maxPayloadInKb": 100},
        "database.redis": {"host": "cache", "password": "p@ss"}, "adapter.driver": "redis",
        "appManager.array.apps": [{
            "id": 7, "key": "k", "secret": "s", "maxConnections": -1, "enableClientMessages": true,
            "maxBackendEventsPerSecond": 5,
            "webhooks": [{"url": "https://a.example", "event_types": ["channel_occupied"],
                          "filter": {"channel_name_starts_with": "private-"}},
                         {"lambda_function": "f"}]}]})");
    EXPECT_EQ(settings.origin, "soketi (JSON)");
    EXPECT_EQ(json(settings.configuration), json::parse(R"({
        "listen": [{"address": "0.0.0.0", "port": 6002}, {"address": "::", "port": 6002}],
        "limits": {"max_event_payload_bytes": 102400},
        "redis": {"url": "redis://:p%40ss@cache:6379/0"},
        "apps": [{"id": "7", "key": "k", "secret": "s", "client_events": true,
                  "limits": {"max_connections": 0},
                  "webhooks": [{"url": "https://a.example", "events": ["channel_occupied"],
                                "channels": {"prefix": "private-"}}]}]})"));
    EXPECT_THAT(settings.not_taken, ElementsAre(HasSubstr("apps[0].maxBackendEventsPerSecond"),
                                                HasSubstr("webhooks[1]: only webhooks with a url"),
                                                HasSubstr("debug")));
}

TEST(ImportSettings, ReadsSockudosToml) {
    const auto settings = imported(R"(# sockudo
port = 6_003
host = "127.0.0.1"
activity_timeout = 60

[presence]
max_member_size_in_kb = 2 # KB

[[app_manager.array.apps]]
id = "a"
key = 'k'
secret = "s\""
enabled = true
[app_manager.array.apps.policy.limits]
max_connections = 100
[app_manager.array.apps.policy.channels]
allowed_origins = [
    "https://a.example", # with its scheme
    "b.example",
]

[[app_manager.array.apps]]
id = "b"
key = "k2"
secret = "s2"
)");
    EXPECT_EQ(settings.origin, "sockudo (TOML)");
    EXPECT_THAT(settings.not_taken, IsEmpty());
    EXPECT_EQ(json(settings.configuration), json::parse(R"({
        "listen": [{"address": "127.0.0.1", "port": 6003}],
        "connection": {"activity_timeout_seconds": 60},
        "limits": {"max_user_info_bytes": 2048},
        "apps": [{"id": "a", "key": "k", "secret": "s\"", "enabled": true,
                  "allowed_origins": ["https://a.example", "https://b.example", "http://b.example"],
                  "limits": {"max_connections": 100}},
                 {"id": "b", "key": "k2", "secret": "s2"}]})"));
}

TEST(ImportSettings, ReadsReverbsConfiguration) {
    const auto settings = imported(R"({
        "default": "reverb",
        "servers": {"reverb": {"host": "0.0.0.0", "port": 8080, "hostname": null, "path": "",
                               "options": {"tls": []}, "max_request_size": 10000,
                               "scaling": {"enabled": true, "channel": "reverb",
                                           "server": {"url": null, "host": "cache", "port": "6379"}}}},
        "apps": {"provider": "config",
                 "apps": [{"key": "k", "secret": "s", "app_id": "1", "options": {"host": "x"},
                           "allowed_origins": ["*"], "ping_interval": 60, "max_connections": null,
                           "accept_client_events_from": "none"}]}})");
    EXPECT_EQ(settings.origin, "Reverb (JSON)");
    EXPECT_EQ(json(settings.configuration), json::parse(R"({
        "listen": [{"address": "0.0.0.0", "port": 8080}, {"address": "::", "port": 8080}],
        "http": {"max_body_bytes": 10000}, "redis": {"url": "redis://cache:6379/0"},
        "apps": [{"id": "1", "key": "k", "secret": "s", "client_events": false}]})"));
    EXPECT_THAT(settings.not_taken,
                ElementsAre(HasSubstr("ping_interval"), HasSubstr("apps.provider"),
                            HasSubstr("default"), HasSubstr("scaling.channel")));
}

TEST(ImportSettings, ReadsVariables) {
    const auto settings = imported(
        "APP_NAME=shop\n# comment\nexport REVERB_APP_ID=\"1\"\nREVERB_APP_KEY='k$x'\n"
        "REVERB_APP_SECRET=s # comment\nREVERB_HOST=\"localhost\"\nREVERB_SERVER_PORT=8081\r\n"
        "REVERB_SCALING_ENABLED=true\nREDIS_HOST=${CACHE}\nCACHE=x\nREVERB_PULSE_INGEST_INTERVAL="
        "15\n");
    EXPECT_EQ(json(settings.configuration), json::parse(R"({
        "listen": [{"address": "0.0.0.0", "port": 8081}, {"address": "::", "port": 8081}],
        "redis": {"url": "redis://127.0.0.1:6379/0"},
        "apps": [{"id": "1", "key": "k$x", "secret": "s"}]})"));
    EXPECT_THAT(settings.not_taken, ElementsAre(HasSubstr("REVERB_PULSE_INGEST_INTERVAL")));
    EXPECT_EQ(configuration_of("A=1\nSOKETI_PORT=\"${A}2\"\n")["listen"][0]["port"], 12);
}

TEST(ImportSettings, SayWhatIsNoFile) {
    for (const char* text : {"", " \n", "{", "{]", "[a]\nb = {x = 1}\n", "a = 1\nb\n"}) {
        EXPECT_TRUE(std::holds_alternative<ImportProblem>(import_settings(text))) << text;
    }
    EXPECT_EQ(std::get<ImportProblem>(import_settings("a = 1\n\nb = {}\n")).what,
              "line 3 is not understood as TOML");
}

TEST(ReadToml, KnowsWhatFilesHave) {
    const auto tree = read_toml(
        "a.b = -1.5\n\"x y\".z = [[1, 2], []]\n[t]\n[t.u]\nv = 'C:\\d'\n[[n.m]]\n[[n.m]]\nk = "
        "false");
    ASSERT_TRUE(std::holds_alternative<json>(tree)) << std::get<std::size_t>(tree);
    EXPECT_EQ(std::get<json>(tree), json::parse(R"({"a": {"b": -1.5}, "x y": {"z": [[1, 2], []]},
        "t": {"u": {"v": "C:\\d"}}, "n": {"m": [{}, {"k": false}]}})"));
}

TEST(ReadToml, NamesTheLineOfTheRest) {
    for (const char* text :
         {"a = 1\nb", "\na = \"x", "\na = '''x'''", "\n[a", "\na = 1 2", "a = 1\na = 2",
          "a = 1\n[a.b]", "\na = [1 2]", "\n= 1", "\na = 1979-05-27"}) {
        const auto tree = read_toml(text);
        ASSERT_TRUE(std::holds_alternative<std::size_t>(tree)) << text;
        EXPECT_EQ(std::get<std::size_t>(tree), 2U) << text;
    }
}

}  // namespace
}  // namespace carillon
