#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include "configuration_test.hpp"

namespace carillon {
namespace {

using Environment = ConfigurationTest;

bool warns(const Configuration& configuration, std::string_view part) {
    return std::ranges::any_of(configuration.warnings, [part](const std::string& warning) {
        return warning.find(part) != warning.npos;
    });
}

TEST_F(Environment, CountsEmptyVariablesAsUnset) {
    sources.environment = {{"CARILLON_SHARDS", ""}, {"CARILLON_NONSENSE", ""}};
    EXPECT_EQ(load().shards, 0U);
}

TEST_F(Environment, IgnoresVariablesOfOthers) {
    sources.environment = {{"PATH", "/bin"}, {"PUSHER_HOST", "api.example"}, {"SOKETI_DEBUG", "1"}};
    EXPECT_EQ(problems(), "");
}

/// What Kubernetes sets for a service whose name, in capitals, is `service`, with one named port.
std::vector<std::pair<std::string, std::string>> service_variables(const std::string& service,
                                                                   const std::string& protocol,
                                                                   const std::string& url) {
    std::string capitals = protocol;
    for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const std::string port = service + "_PORT_6001_" + capitals;
    return {{service + "_SERVICE_HOST", "10.0.0.1"},
            {service + "_SERVICE_PORT", "6001"},
            {service + "_SERVICE_PORT_WEB_SOCKETS", "6001"},
            {service + "_PORT", url},
            {port, url},
            {port + "_PROTO", protocol},
            {port + "_PORT", "6001"},
            {port + "_ADDR", "10.0.0.1"}};
}

TEST_F(Environment, IgnoresServiceVariablesOfKubernetesWhateverTheProtocol) {
    // The fourth may exist one day; CARILLON_ADMIN_PORT is a setting, too.
    for (const std::string protocol : {"tcp", "udp", "sctp", "mptcp2"}) {
        for (const std::string service :
             {"CARILLON", "CARILLON_ADMIN", "CARILLON_SCTP", "CARILLON_A_B_1", "SOKETI"}) {
            for (const char* host : {"10.0.0.1", "[fd00::1]"}) {
                const std::string url = protocol + "://" + host + ":6001";
                sources.environment = service_variables(service, protocol, url);
                const Configuration configuration = load();
                EXPECT_EQ(configuration.listen.at(0).port, 6001) << service << ' ' << url;
                EXPECT_EQ(configuration.admin.port, 9601) << service << ' ' << url;
            }
        }
    }
}

TEST_F(Environment, RefusesWhatOnlyResemblesAServiceVariable) {
    const std::vector<std::pair<std::string, std::string>> misspelt = {
        {"CARILLON_SERVICE_HOSTS", "10.0.0.1"},   {"CARILLON_SERVICE_PORTS", "1"},
        {"CARILLON_PORT_6001", "6001"},           {"CARILLON_PORT_6001_", "tcp://10.0.0.1:6001"},
        {"CARILLON_PORT_60O1_TCP", "1"},          {"CARILLON_ADMIN_PORT_", "9601"},
        {"CARILLON_POTR", "tcp://10.0.0.1:6001"}, {"CARILLON_REDIS_ULR", "tcp://10.0.0.1:6379"},
        {"CARILLON_HTTP_PORT", "sctp://x:6001"},  {"CARILLON_6001_TCP", "tcp://10.0.0.1:6001"},
    };
    for (const auto& [name, text] : misspelt) {
        sources.environment = {{name, text}};
        EXPECT_EQ(problems().find(name + ": unknown environment variable"), 0U) << name;
    }
}

TEST_F(Environment, ChecksSettingsWhoseTextResemblesAServiceUrl) {
    for (const char* text : {"tcp://carillon:6001", "tcp://10.0.0.1", "tcp://10.0.0.1:", "://", ":",
                             "tcp://10.0.0.1:http", "://10.0.0.1:6001", "tcp://:6001"}) {
        sources.environment = {{"CARILLON_PORT", text}};
        EXPECT_NE(problems(), "") << text;
    }
    sources.environment = {{"CARILLON_REDIS_URL", "tcp://10.0.0.1:6379"}};
    EXPECT_NE(problems(), "");
}

TEST_F(Environment, AcceptsTrueFalseOneAndZero) {
    for (const auto* text : {"true", "1"}) {
        sources.environment = {{"CARILLON_PRODUCTION", text},
                               {"CARILLON_APP_SECRET", "0123456789abcdef"}};
        EXPECT_TRUE(load().production);
    }
    for (const auto* text : {"false", "0"}) {
        sources.environment = {{"CARILLON_PRODUCTION", text}};
        EXPECT_FALSE(load().production);
    }
}

TEST_F(Environment, ReadsAnyVariableFromAFile) {
    sources.environment = {{"CARILLON_APP_SECRET_FILE", write("secret", "hush\n")},
                           {"CARILLON_SHARDS_FILE", write("shards", "4\r\n")}};
    const Configuration configuration = load();
    EXPECT_EQ(configuration.apps.at(0).credentials.at(0).secret, "hush");
    EXPECT_EQ(configuration.shards, 4U);
}

TEST_F(Environment, ReadsAppsFromAFile) {
    sources.environment = {
        {"CARILLON_APPS_FILE", write("apps", R"([{"id": "a", "key": "k", "secret": "s"}])")}};
    EXPECT_EQ(load().apps.at(0).id.get(), "a");
}

TEST_F(Environment, RefusesAFileThatIsMissingOrEmptyOrSecondToTheVariable) {
    sources.environment = {{"CARILLON_APP_SECRET_FILE", "/nonexistent/secret"}};
    EXPECT_EQ(problems(),
              "CARILLON_APP_SECRET_FILE: cannot read /nonexistent/secret: No such file "
              "or directory\n");
    sources.environment = {{"CARILLON_APP_SECRET_FILE", write("secret", "\n")}};
    EXPECT_EQ(problems(),
              "CARILLON_APP_SECRET_FILE: the file secret is empty; write the value into it\n");
    const auto path = write("secret", "hush");
    for (const bool file_first : {true, false}) {
        sources.environment = {{"CARILLON_APP_SECRET", "hush"}, {"CARILLON_APP_SECRET_FILE", path}};
        if (file_first) std::swap(sources.environment[0], sources.environment[1]);
        EXPECT_NE(problems().find("is set as well; unset one of them"), std::string::npos);
    }
}

TEST_F(Environment, NamesTheFileVariableInProblems) {
    sources.environment = {{"CARILLON_SHARDS_FILE", write("shards", "257")}};
    EXPECT_EQ(problems(),
              "shards in CARILLON_SHARDS_FILE: must be a whole number from 0 to 256, but is 257\n");
}

TEST_F(Environment, RefusesAFileForTheNameOfTheFile) {
    sources.environment = {{"CARILLON_CONFIG_FILE", write("x.json", "{}")}};
    EXPECT_EQ(problems(),
              "CARILLON_CONFIG_FILE: unknown environment variable; did you mean "
              "CARILLON_CONFIG?\n");
}

TEST_F(Environment, HonoursNamesOfAnotherServerWithAWarning) {
    sources.environment = {{"SOKETI_PORT", "7001"},
                           {"SOKETI_HOST", "127.0.0.1"},
                           {"SOKETI_PRESENCE_MAX_MEMBERS", "7"},
                           {"SOKETI_DEFAULT_APP_KEY", "k"}};
    const Configuration configuration = load();
    ASSERT_EQ(configuration.listen.size(), 1U);
    EXPECT_EQ(configuration.listen[0].port, 7001);
    EXPECT_EQ(configuration.limits.max_presence_members, 7U);
    EXPECT_EQ(configuration.apps.at(0).credentials.at(0).key, "k");
    EXPECT_TRUE(warns(configuration, "SOKETI_PORT is accepted, but use CARILLON_PORT instead"));
    EXPECT_TRUE(
        warns(configuration, "SOKETI_DEFAULT_APP_KEY is accepted, but use CARILLON_APP_KEY"));
}

TEST_F(Environment, ConvertsUnitsOfOtherServers) {
    sources.environment = {{"SOKETI_EVENT_MAX_SIZE_IN_KB", "100"},
                           {"SOKETI_PRESENCE_MAX_MEMBER_SIZE", "2"},
                           {"SOKETI_SHUTDOWN_GRACE_PERIOD", "3001"},
                           {"SOKETI_DEFAULT_APP_MAX_CONNS", "-1"},
                           {"SOKETI_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SEC", "20"}};
    const Configuration configuration = load();
    EXPECT_EQ(configuration.limits.max_event_payload_bytes, 102'400U);
    EXPECT_EQ(configuration.limits.max_user_info_bytes, 2048U);
    EXPECT_EQ(configuration.shutdown.grace_seconds, 4U);
    EXPECT_EQ(configuration.limits.max_connections, 0U);
    EXPECT_EQ(configuration.limits.max_client_events_per_second, 20U);
    sources.environment = {{"SOKETI_EVENT_MAX_SIZE_IN_KB", "many"}};
    EXPECT_NE(problems().find("SOKETI_EVENT_MAX_SIZE_IN_KB"), std::string::npos);
}

TEST_F(Environment, ReadsReverbsNames) {
    sources.environment = {{"REVERB_APP_ID", "i"},
                           {"REVERB_APP_KEY", "k"},
                           {"REVERB_APP_SECRET", "s"},
                           {"REVERB_HOST", "ws.example.com"},
                           {"REVERB_PORT", "443"},
                           {"REVERB_SERVER_HOST", "127.0.0.1"},
                           {"REVERB_SERVER_PORT", "8080"},
                           {"REVERB_SERVER_PATH", "/realtime"},
                           {"REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM", "none"}};
    const Configuration configuration = load();
    ASSERT_EQ(configuration.listen.size(), 1U);
    EXPECT_EQ(configuration.listen[0].address, "127.0.0.1");
    EXPECT_EQ(configuration.listen[0].port, 8080);
    EXPECT_EQ(configuration.path_prefix, "/realtime");
    const App& app = configuration.apps.at(0);
    EXPECT_EQ(app.id.get(), "i");
    EXPECT_EQ(app.credentials.at(0).secret, "s");
    EXPECT_FALSE(app.client_events);
    EXPECT_TRUE(warns(configuration, "REVERB_APP_ID is accepted, but use CARILLON_APP_ID instead"));
    EXPECT_TRUE(warns(configuration, "client_events of the app in CARILLON_APPS"));
    EXPECT_FALSE(warns(configuration, "REVERB_PORT "));
}

TEST_F(Environment, ReadsSockudosNamesWithoutPrefixOnlyBesideOneWithIt) {
    sources.environment = {
        {"PORT", "7000"}, {"REDIS_URL", "redis://a"}, {"ADAPTER_DRIVER", "redis"}};
    EXPECT_EQ(load().listen.at(0).port, 6001);
    EXPECT_EQ(load().redis.url, "");
    sources.environment.emplace_back("SOCKUDO_DEFAULT_APP_ALLOWED_ORIGINS",
                                     "https://a.example, https://*.b.example");
    const Configuration configuration = load();
    EXPECT_EQ(configuration.listen.at(0).port, 7000);
    EXPECT_EQ(configuration.listen.at(1).port, 7000);
    EXPECT_EQ(configuration.redis.url, "redis://a");
    EXPECT_TRUE(configuration.apps.at(0).allowed_origins.allows("https://x.b.example"));
    EXPECT_FALSE(configuration.apps.at(0).allowed_origins.allows("https://c.example"));
}

TEST_F(Environment, PutsTheirRedisTogether) {
    sources.environment = {{"SOKETI_DB_REDIS_HOST", "cache"},
                           {"SOKETI_DB_REDIS_PORT", "6380"},
                           {"SOKETI_DB_REDIS_PASSWORD", "p@ss"},
                           {"SOKETI_DB_REDIS_DB", "2"}};
    EXPECT_EQ(load().redis.url, "");  // Redis is not what connects its nodes.
    sources.environment.emplace_back("SOKETI_ADAPTER_DRIVER", "redis");
    EXPECT_EQ(load().redis.url, "redis://:p%40ss@cache:6380/2");
    EXPECT_TRUE(warns(load(), "SOKETI_ADAPTER_DRIVER is accepted, but use CARILLON_REDIS_URL"));
    sources.environment = {{"REVERB_SCALING_ENABLED", "true"}, {"REDIS_HOST", "cache"}};
    EXPECT_EQ(load().redis.url, "redis://cache:6379/0");
}

TEST_F(Environment, PutsTheirTlsTogether) {
    sources.environment = {
        {"SOKETI_SSL_CERT", "c.pem"}, {"SOKETI_SSL_KEY", "k.pem"}, {"SOKETI_PORT", "443"}};
    const Configuration both = load();
    ASSERT_EQ(both.listen.size(), 2U);
    for (const ListenOptions& listener : both.listen) {
        EXPECT_EQ(listener.tls_certificate_file, "c.pem");
        EXPECT_EQ(listener.tls_key_file, "k.pem");
        EXPECT_EQ(listener.port, 443);
    }
    sources.environment.emplace_back("SOKETI_HOST", "127.0.0.1");
    ASSERT_EQ(load().listen.size(), 1U);
    EXPECT_EQ(load().listen[0].address, "127.0.0.1");
    EXPECT_EQ(load().listen[0].tls_key_file, "k.pem");
}

TEST_F(Environment, PrefersItsOwnNames) {
    sources.environment = {{"CARILLON_PORT", "1"}, {"SOKETI_PORT", "2"}};
    EXPECT_EQ(load().listen.at(0).port, 1);
    sources.environment = {{"CARILLON_LISTEN", R"([{"port": 1}])"}, {"SOKETI_PORT", "2"}};
    EXPECT_EQ(load().listen.at(0).port, 1);
}

}  // namespace
}  // namespace carillon
