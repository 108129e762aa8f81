#include "carillon/config/load_configuration.hpp"

#include "carillon/config/schema.hpp"
#include "configuration_test.hpp"

namespace carillon {
namespace {

using LoadConfiguration = ConfigurationTest;

TEST_F(LoadConfiguration, HasDefaultsForEverything) {
    const Configuration configuration = load();
    ASSERT_EQ(configuration.listen.size(), 2U);
    EXPECT_EQ(configuration.listen[0].address, "0.0.0.0");
    EXPECT_EQ(configuration.listen[1].address, "::");
    EXPECT_EQ(configuration.listen[1].port, 6001);
    EXPECT_TRUE(configuration.default_listen);
    EXPECT_EQ(configuration.limits.max_event_payload_bytes, 10240U);
    EXPECT_EQ(configuration.log.level, "info");
}

TEST_F(LoadConfiguration, PrefersFlagsToEnvironmentToFileToDefaults) {
    file(R"({"limits": {"max_event_name_length": 10, "max_channel_name_length": 10,
                        "max_connections": 10}})");
    sources.environment = {{"CARILLON_LIMITS_MAX_CHANNEL_NAME_LENGTH", "20"},
                           {"CARILLON_LIMITS_MAX_CONNECTIONS", "20"}};
    sources.flags = {{"limits.max_connections", "30"}};
    const Limits limits = load().limits;
    EXPECT_EQ(limits.max_channels_per_trigger, 100U);
    EXPECT_EQ(limits.max_event_name_length, 10U);
    EXPECT_EQ(limits.max_channel_name_length, 20U);
    EXPECT_EQ(limits.max_connections, 30U);
}

TEST_F(LoadConfiguration, TakesTheLaterOfTwoEqualFlags) {
    sources.flags = {{"shards", "2"}, {"shards", "3"}};
    EXPECT_EQ(load().shards, 3U);
}

TEST_F(LoadConfiguration, KnowsEverySettingInAllThreeSpellings) {
    for (const Section& section : configuration_schema()) {
        if (section.repeated || section.nested) continue;
        for (const Setting& setting : section.settings) {
            const std::string name = section.full_name(setting.name);
            const bool quoted = setting.kind == SettingKind::string;
            std::string text = setting.default_value;
            if (quoted) text = text.substr(1, text.size() - 2);
            sources = {};
            sources.environment = {{environment_name(name), text}};
            sources.flags = {{name, text}};
            const std::string member = '"' + setting.name + "\":" + setting.default_value;
            file(section.name.empty() ? '{' + member + '}'
                                      : "{\"" + section.name + "\":{" + member + "}}");
            EXPECT_EQ(problems(), "") << name;
        }
    }
}

TEST_F(LoadConfiguration, SpellsNames) {
    EXPECT_EQ(environment_name("limits.max_event_payload_bytes"),
              "CARILLON_LIMITS_MAX_EVENT_PAYLOAD_BYTES");
    EXPECT_EQ(flag_name("limits.max_event_payload_bytes"), "--limits.max-event-payload-bytes");
}

TEST_F(LoadConfiguration, ReadsWholeSectionsAndArraysAsJson) {
    sources.environment = {
        {"CARILLON_LIMITS", R"({"max_connections": 5, "max_presence_members": 6})"},
        {"CARILLON_LIMITS_MAX_CONNECTIONS", "7"},
        {"CARILLON_LISTEN", R"([{"address": "127.0.0.1", "port": 0}])"}};
    sources.flags = {{"apps", R"([{"id": "a", "key": "k", "secret": "s"}])"}};
    const Configuration configuration = load();
    EXPECT_EQ(configuration.limits.max_connections, 7U) << "the part wins over the whole";
    EXPECT_EQ(configuration.limits.max_presence_members, 6U);
    ASSERT_EQ(configuration.listen.size(), 1U);
    EXPECT_EQ(configuration.listen[0].port, 0);
    EXPECT_FALSE(configuration.default_listen);
    EXPECT_EQ(configuration.apps.at(0).id.get(), "a");
}

TEST_F(LoadConfiguration, AcceptsBoundsAndRefusesOneStepPastThem) {
    for (const auto* text : {"1", "1048576"}) {
        sources.flags = {{"limits.max_event_payload_bytes", text}};
        EXPECT_EQ(problems(), "");
    }
    for (const std::string text : {"0", "1048577", "-1", "9223372036854775807"}) {
        sources.flags = {{"limits.max_event_payload_bytes", text}};
        EXPECT_EQ(problems(),
                  "limits.max_event_payload_bytes in --limits.max-event-payload-bytes: must be a "
                  "whole number from 1 to 1048576, but is " +
                      text + '\n');
    }
}

TEST_F(LoadConfiguration, RefusesNumbersThatNeedMoreThanSixtyFourBits) {
    file(R"({"shards": 18446744073709551615})");
    EXPECT_EQ(problems(),
              "shards in carillon.json: must be a whole number from 0 to 256, but is "
              "18446744073709551615\n");
}

TEST_F(LoadConfiguration, RefusesWrongTypes) {
    file(R"({"shards": "2", "production": 1, "path_prefix": 3, "limits": [], "listen": {},
             "log": {"level": "loud", "format": null}, "api": {"max_clock_skew_seconds": 1.5}})");
    EXPECT_EQ(
        problems(),
        "limits in carillon.json: must be an object, but is an array\n"
        "api.max_clock_skew_seconds in carillon.json: must be a whole number from 1 to 31536000, "
        "but is 1.5\n"
        "log.level in carillon.json: must be one of trace, debug, info, warn, error, off, but is "
        "another string\n"
        "log.format in carillon.json: must be a string, but is null\n"
        "shards in carillon.json: must be a whole number from 0 to 256, but is a string\n"
        "path_prefix in carillon.json: must be a string, but is a number\n"
        "production in carillon.json: must be true or false, but is a number\n"
        "listen in carillon.json: must be an array of at least one {\"address\": …, \"port\": "
        "…}\n");
}

TEST_F(LoadConfiguration, ReportsProblemsOfAllSourcesTogether) {
    file(R"({"limits": {"max_event_payload_bytes": 99999999}, "apps": [{"id": ""}]})");
    sources.environment = {{"CARILLON_PRODUCTION", "maybe"}, {"CARILLON_SHARD", "1"}};
    sources.flags = {{"log.level", "loud"}};
    const std::string text = problems();
    for (const auto* part :
         {"limits.max_event_payload_bytes in carillon.json: must be a whole number from 1 to "
          "1048576, but is 99999999",
          "apps[0].id in carillon.json: must not be empty",
          "apps[0].key in carillon.json: is required",
          "apps[0].secret in carillon.json: is required",
          "production in CARILLON_PRODUCTION: must be true or false, but is a string",
          "CARILLON_SHARD: unknown environment variable; did you mean CARILLON_SHARDS?",
          "log.level in --log.level: must be one of trace"}) {
        EXPECT_NE(text.find(part), text.npos) << part << "\nis missing in\n" << text;
    }
}

TEST_F(LoadConfiguration, SuggestsTheNearestKeyForAnUnknownOne) {
    file(R"({"limits": {"max_conections": 1}, "lisen": [], "spool": {},
             "apps": [{"id": "a", "key": "k", "secret": "s", "client_event": true,
                       "limits": {"max_connection": 1}}]})");
    const std::string text = problems();
    for (const auto* part :
         {"limits.max_conections in carillon.json: unknown key; did you mean max_connections?",
          "lisen in carillon.json: unknown key; did you mean listen?",
          "spool in carillon.json: unknown key; ",
          "apps[0].client_event in carillon.json: unknown key; did you mean client_events?",
          "apps[0].limits.max_connection in carillon.json: unknown key; did you mean "
          "max_connections?"}) {
        EXPECT_NE(text.find(part), text.npos) << part << "\nis missing in\n" << text;
    }
}

TEST_F(LoadConfiguration, RefusesAnInvalidRedisUrlWithoutRepeatingItsPassword) {
    file(R"({"redis": {"url": "redis://u:geheim@host:port", "prefix": "a b", "key_file": "k"}})");
    EXPECT_EQ(
        problems(),
        "redis.url: must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or rediss://…; its "
        "user, host or port is malformed, or a % is not followed by two hexadecimal digits\n"
        "redis.prefix: must have 1 to 64 characters, and no spaces, line breaks or braces\n"
        "redis.key_file: redis.certificate_file and redis.key_file must be set together\n");
}

TEST_F(LoadConfiguration, ListsKnownKeysWhenNoneIsNear) {
    file(R"({"log": {"zzzzzzzz": 1}})");
    EXPECT_EQ(
        problems(),
        "log.zzzzzzzz in carillon.json: unknown key; known are level, format, max_queued_bytes\n");
}

TEST_F(LoadConfiguration, AllowsComments) {
    file("{ // one\n /* two\n lines */ \"shards\": 3 }");
    EXPECT_EQ(load().shards, 3U);
}

TEST_F(LoadConfiguration, RefusesDuplicateKeys) {
    file(R"({"shards": 3, "limits": {"max_connections": 1, "max_connections": 2}})");
    EXPECT_EQ(
        problems(),
        "carillon.json: duplicate key \"max_connections\"; a key may appear once per object\n");
}

TEST_F(LoadConfiguration, AllowsTheSameKeyInDifferentObjects) {
    file(R"({"listen": [{"port": 1}, {"port": 2}], "limits": {}, "log": {}})");
    EXPECT_EQ(load().listen.at(1).port, 2);
}

TEST_F(LoadConfiguration, SaysWhereTheSyntaxBreaks) {
    file("{\n  \"shards\": 3,\n}");
    EXPECT_EQ(problems(), "carillon.json: invalid JSON at line 3, column 1\n");
    file("{");
    EXPECT_EQ(problems(), "carillon.json: invalid JSON at line 1, column 2\n");
    file("");
    EXPECT_EQ(problems(), "carillon.json: invalid JSON at line 1, column 1\n");
    file("[]");
    EXPECT_EQ(problems(), "carillon.json: must be an object, but is an array\n");
}

TEST_F(LoadConfiguration, RefusesAMissingFileByName) {
    sources.file = directory() / "absent.json";
    EXPECT_EQ(problems(), "--config: cannot read absent.json: No such file or directory\n");
    sources.file = directory();
    EXPECT_NE(problems().find("Is a directory"), std::string::npos);
}

TEST_F(LoadConfiguration, ReadsTheFileNamedByTheEnvironmentUnlessAFlagNamesOne) {
    sources.environment = {{"CARILLON_CONFIG", write("one.json", R"({"shards": 1})")}};
    EXPECT_EQ(load().shards, 1U);
    sources.file = write("two.json", R"({"shards": 2})");
    EXPECT_EQ(load().shards, 2U);
}

TEST_F(LoadConfiguration, ReadsAgainWhenCalledAgain) {
    file(R"({"shards": 1})");
    EXPECT_EQ(load().shards, 1U);
    file(R"({"shards": 2})");
    EXPECT_EQ(load().shards, 2U);
}

TEST_F(LoadConfiguration, GivesAPortToBothDefaultListeners) {
    sources.flags = {{"port", "7001"}};
    const Configuration configuration = load();
    ASSERT_EQ(configuration.listen.size(), 2U);
    EXPECT_EQ(configuration.listen[0].port, 7001);
    EXPECT_EQ(configuration.listen[1].port, 7001);
    EXPECT_TRUE(configuration.default_listen);
}

TEST_F(LoadConfiguration, ReplacesTheDefaultListenersByAHost) {
    sources.flags = {{"port", "7001"}, {"host", "127.0.0.1"}};
    const Configuration configuration = load();
    ASSERT_EQ(configuration.listen.size(), 1U);
    EXPECT_EQ(configuration.listen[0].address, "127.0.0.1");
    EXPECT_EQ(configuration.listen[0].port, 7001);
    EXPECT_FALSE(configuration.default_listen);
}

TEST_F(LoadConfiguration, AppliesHostAndPortToTheFirstConfiguredListener) {
    file(R"({"listen": [{"port": 1}, {"address": "::1", "port": 2}]})");
    sources.environment = {{"CARILLON_HOST", "127.0.0.1"}};
    sources.flags = {{"port", "3"}};
    const auto listen = load().listen;
    ASSERT_EQ(listen.size(), 2U);
    EXPECT_EQ(listen[0].address, "127.0.0.1");
    EXPECT_EQ(listen[0].port, 3);
    EXPECT_EQ(listen[1].port, 2);
}

TEST_F(LoadConfiguration, RefusesListenersThatAreNoAddressOrPort) {
    file(R"({"listen": [{"address": "localhost"}, {"port": 65536}, {"adress": "::"}]})");
    sources.flags = {{"host", "1.2.3"}, {"port", "http"}};
    EXPECT_EQ(
        problems(),
        "listen[0].address in carillon.json: must be an IPv4 or IPv6 address, but is "
        "\"localhost\"\n"
        "listen[1].port in carillon.json: must be a whole number from 0 to 65535, but is 65536\n"
        "listen[2].adress in carillon.json: unknown key; did you mean address?\n"
        "listen[0].address in --host: must be an IPv4 or IPv6 address, but is \"1.2.3\"\n"
        "listen[0].port in --port: must be a whole number from 0 to 65535, but is a string\n");
}

TEST_F(LoadConfiguration, ChecksTheShapeOfThePathPrefix) {
    for (const auto* good : {"/x", "/x/y-1_.~"}) {
        sources.flags = {{"path_prefix", good}};
        EXPECT_EQ(load().path_prefix, good);
    }
    for (const auto* bad : {"x", "/", "/x/", "/x//y", "/x y", "/x?y"}) {
        sources.flags = {{"path_prefix", bad}};
        EXPECT_NE(problems().find("path_prefix in --path-prefix: must be empty or a path"),
                  std::string::npos)
            << bad;
    }
}

}  // namespace
}  // namespace carillon
