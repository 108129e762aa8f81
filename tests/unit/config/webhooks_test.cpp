#include <gmock/gmock.h>

#include "configuration_test.hpp"

namespace carillon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

class Webhooks : public ConfigurationTest {
protected:
    /// An app with these endpoints.
    void endpoints(const std::string& list) {
        file(R"({"apps": [{"id": "a", "key": "k", "secret": "s", "webhooks": )" + list + "}]}");
    }
    /// The problems of one endpoint that has a good URL and good events.
    std::string problems_of(const std::string& more) {
        endpoints(R"([{"url": "http://a/", "events": ["channel_occupied"], )" + more + "}]");
        return problems();
    }
};

TEST_F(Webhooks, AreReadWithAllSettings) {
    endpoints(R"([{"url": "https://a:8443/x?t=1", "events": ["member_added", "user_online"],
        "channels": {"prefix": "presence-", "suffix": ["-a", "-b"], "exact": ["presence-a"]},
        "headers": {"X-One": "1"}, "timeout_seconds": 9, "batch_max_events": 7,
        "batch_delay_ms": 8, "tls_verify": false}])");
    const App app = load().apps.at(0);
    ASSERT_EQ(app.webhooks.size(), 1U);
    const WebhookEndpoint& endpoint = app.webhooks[0];
    EXPECT_EQ(endpoint.url.target, "/x?t=1");
    EXPECT_TRUE(endpoint.kinds.has(WebhookKind::member_added));
    EXPECT_TRUE(app.webhook_kinds.has(WebhookKind::user_online));
    EXPECT_FALSE(app.webhook_kinds.has(WebhookKind::channel_occupied));
    EXPECT_THAT(endpoint.channels.prefixes, ElementsAre("presence-"));
    EXPECT_THAT(endpoint.channels.suffixes, ElementsAre("-a", "-b"));
    EXPECT_THAT(endpoint.channels.names, ElementsAre("presence-a"));
    EXPECT_THAT(endpoint.headers, ElementsAre(Pair("X-One", "1")));
    EXPECT_EQ(endpoint.timeout, 9s);
    EXPECT_EQ(endpoint.batch_events_max, 7U);
    EXPECT_EQ(endpoint.batch_delay, 8ms);
    EXPECT_FALSE(endpoint.tls_verify);
    EXPECT_EQ(app.webhook_grace, 3s);
}

TEST_F(Webhooks, HaveNamesThatTellThemApartAndHideTheirPaths) {
    endpoints(R"([{"url": "http://a/secret-1", "events": ["cache_miss"]},
                  {"url": "http://a/secret-2", "events": ["cache_miss"]},
                  {"url": "http://a/secret-2", "events": ["member_added"]}])");
    const auto webhooks = load().apps.at(0).webhooks;
    ASSERT_EQ(webhooks.size(), 3U);
    for (const WebhookEndpoint& endpoint : webhooks) {
        EXPECT_THAT(endpoint.name, HasSubstr("http://a#"));
        EXPECT_THAT(endpoint.name, Not(HasSubstr("secret")));
    }
    EXPECT_NE(webhooks[0].name, webhooks[1].name);
    EXPECT_EQ(webhooks[2].name, webhooks[1].name + "-2");
}

TEST_F(Webhooks, NeedAUrlAndEvents) {
    endpoints("[{}]");
    EXPECT_EQ(problems(),
              "apps[0].webhooks[0].url in carillon.json: is required\n"
              "apps[0].webhooks[0].events in carillon.json: is required\n");
    endpoints(R"({"url": "http://a/"})");
    EXPECT_EQ(problems(),
              "apps[0].webhooks in carillon.json: must be an array of objects, but is an object\n");
    endpoints(R"(["http://a/"])");
    EXPECT_EQ(problems(),
              "apps[0].webhooks[0] in carillon.json: must be an object, but is a string\n");
}

TEST_F(Webhooks, GoByHttpOnlyAndNoErrorQuotesWhatMayBeSecret) {
    endpoints(R"([{"url": "ftp://user:hidden@a/", "events": ["cache_miss"]}])");
    EXPECT_THAT(
        problems(),
        HasSubstr("apps[0].webhooks[0].url in carillon.json: must be http://HOST[:PORT][/PATH]"
                  "[?QUERY] or https://…; the scheme must be http or https, in lower case"));
    EXPECT_THAT(problems(), Not(HasSubstr("hidden")));
    const std::string header = problems_of(R"("headers": {"X-A": "hidden\r\nHost: b"})");
    EXPECT_THAT(header,
                HasSubstr("webhooks[0].headers.X-A in carillon.json: must be a string without"));
    EXPECT_THAT(header, Not(HasSubstr("hidden")));
}

TEST_F(Webhooks, RefuseHeadersThatAreTheServers) {
    for (const char* const name :
         {"content-type", "X-Pusher-Key", "X-PUSHER-SIGNATURE", "x-carillon-delivery", "Host",
          "Content-Length", "Transfer-Encoding", "Connection"}) {
        EXPECT_THAT(problems_of(std::string(R"("headers": {")") + name + R"(": "x"})"),
                    HasSubstr("is set by the server; remove it"))
            << name;
    }
    EXPECT_THAT(problems_of(R"("headers": {"a b": "x"})"), HasSubstr("is not a valid header name"));
    EXPECT_THAT(problems_of(R"("headers": {"": "x"})"), HasSubstr("is not a valid header name"));
    EXPECT_THAT(problems_of(R"("headers": ["x"])"),
                HasSubstr("must be an object, but is an array"));
}

TEST_F(Webhooks, NameWhatIsWrongWithTheRest) {
    endpoints(R"([{"url": "http://a/", "events": ["channel_existence"]}])");
    EXPECT_THAT(problems(),
                HasSubstr("webhooks[0].events in carillon.json: must contain only channel_"));
    EXPECT_THAT(problems_of(R"("channels": {"prefx": "a"})"), HasSubstr("did you mean prefix"));
    EXPECT_THAT(problems_of(R"("channels": {"prefix": 5})"), HasSubstr("channels.prefix"));
    EXPECT_THAT(problems_of(R"("channels": "a")"),
                HasSubstr("channels in carillon.json: must be an object"));
    EXPECT_THAT(problems_of(R"("batch_max_events": 0)"),
                HasSubstr("must be a whole number from 1 to 1000, but is 0"));
    EXPECT_THAT(problems_of(R"("timeout": 1)"), HasSubstr("unknown key"));
    EXPECT_THAT(problems_of(R"("tls_ca_file": "/nowhere.pem")"),
                HasSubstr("apps[0].webhooks[0].tls_ca_file in carillon.json: "));
    const std::string empty = write("empty.pem", "");
    EXPECT_NE(problems_of(R"("tls_ca_file": ")" + empty + '"'), "");
}

}  // namespace
}  // namespace carillon
