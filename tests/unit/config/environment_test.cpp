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

TEST_F(Environment, PrefersItsOwnNames) {
    sources.environment = {{"CARILLON_PORT", "1"}, {"SOKETI_PORT", "2"}};
    EXPECT_EQ(load().listen.at(0).port, 1);
    sources.environment = {{"CARILLON_LISTEN", R"([{"port": 1}])"}, {"SOKETI_PORT", "2"}};
    EXPECT_EQ(load().listen.at(0).port, 1);
}

}  // namespace
}  // namespace carillon
