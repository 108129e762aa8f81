#include "carillon/redis/redis_tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "redis_client.hpp"
#include "support/certificates.hpp"
#include "support/redis_server.hpp"

namespace carillon::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::Test;

class RedisTlsTest : public Test {
protected:
    static RedisServer::Tls tls_of(const Certificates& from, const std::string& names) {
        const auto pair = from.issue("server", names);
        return {pair.certificate, pair.key, from.authority(), false};
    }
    [[nodiscard]] RedisClientOptions trusting(const Certificates& authorities) const {
        return {.tls = make_redis_tls({authorities.authority(), "", ""})};
    }

    HandTurnedLoop loop;
    Certificates certificates;
};

TEST_F(RedisTlsTest, TrustsACertificateOfItsAuthority) {
    const RedisServer server({}, tls_of(certificates, "IP:127.0.0.1,DNS:localhost"));
    RedisClient by_address(loop, server.url(), trusting(certificates));
    ASSERT_TRUE(by_address.open());
    const std::string large(std::size_t{1} << 20U, 'x');
    EXPECT_EQ(by_address.ask({"ECHO", large}), large);
    RedisClient by_name(loop, "rediss://localhost:" + std::to_string(server.port()),
                        trusting(certificates));
    EXPECT_TRUE(by_name.open());
}

TEST_F(RedisTlsTest, PipelinesAsWithoutTls) {
    const RedisServer server({}, tls_of(certificates, "IP:127.0.0.1"));
    RedisClient client(loop, server.url(), trusting(certificates));
    ASSERT_TRUE(client.open());
    int answers = 0;
    for (int i = 0; i < 1000; ++i) {
        client.send({"ECHO", std::to_string(i)}, [&](const RedisReply& reply) {
            EXPECT_EQ(reply.text(), std::to_string(answers++));
        });
        if (i % 7 == 0) client.connection->flush();
    }
    EXPECT_TRUE(loop.run_until([&] { return answers == 1000; }));
}

TEST_F(RedisTlsTest, DoesNotTrustOthers) {
    const Certificates others;
    const RedisServer server({}, tls_of(certificates, "IP:127.0.0.1"));
    RedisClient client(loop, server.url(), trusting(others));
    EXPECT_THAT(client.try_to_open(), StartsWith("TLS: the server's certificate: "));
    EXPECT_TRUE(client.run_ids.empty());
    RedisClient of_the_system(loop, server.url(), {.tls = make_redis_tls({})});
    EXPECT_THAT(of_the_system.try_to_open(), StartsWith("TLS: the server's certificate: "));
}

TEST_F(RedisTlsTest, ExpectsTheNameOfTheHost) {
    const RedisServer server({}, tls_of(certificates, "DNS:redis.internal"));
    RedisClient by_address(loop, server.url(), trusting(certificates));
    EXPECT_THAT(by_address.try_to_open(), HasSubstr("IP address mismatch"));
    RedisClient by_name(loop, "rediss://localhost:" + std::to_string(server.port()),
                        trusting(certificates));
    EXPECT_THAT(by_name.try_to_open(), HasSubstr("hostname mismatch"));
}

TEST_F(RedisTlsTest, ExpectsTheNameThatIsConfigured) {
    const RedisServer server({}, tls_of(certificates, "DNS:redis.internal"));
    auto options = trusting(certificates);
    options.tls_server_name = "redis.internal";
    RedisClient client(loop, server.url(), options);
    EXPECT_TRUE(client.open());
}

TEST_F(RedisTlsTest, ShowsItsCertificateToAServerThatWantsOne) {
    auto tls = tls_of(certificates, "IP:127.0.0.1");
    tls.client_certificates = true;
    const RedisServer server({}, tls);
    RedisClient without(loop, server.url(), trusting(certificates));
    EXPECT_NE(without.try_to_open(), "");
    const auto ours = certificates.issue("node", "DNS:node");
    RedisClient with(
        loop, server.url(),
        {.tls = make_redis_tls({certificates.authority(), ours.certificate, ours.key})});
    EXPECT_TRUE(with.open());
}

TEST_F(RedisTlsTest, IsLostIfTheServerSpeaksNoTls) {
    const RedisServer server;
    auto options = trusting(certificates);
    options.timeout = std::chrono::milliseconds(500);  // Redis waits for the end of a line.
    RedisClient client(loop, "rediss://127.0.0.1:" + std::to_string(server.port()), options);
    EXPECT_NE(client.try_to_open(), "");
}

std::string problem_with(const RedisTlsFiles& files) {
    try {
        (void)make_redis_tls(files);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

TEST_F(RedisTlsTest, NamesAFileThatCannotBeUsed) {
    const auto one = certificates.issue("one", "DNS:one");
    const auto other = certificates.issue("other", "DNS:other");
    const std::string missing = one.key + ".missing";
    EXPECT_THAT(problem_with({missing, "", ""}), HasSubstr(missing));
    EXPECT_THAT(problem_with({one.key, "", ""}), HasSubstr(one.key));
    EXPECT_THAT(problem_with({"", missing, one.key}), HasSubstr(missing));
    EXPECT_THAT(problem_with({"", one.certificate, missing}), HasSubstr(missing));
    EXPECT_THAT(problem_with({"", one.certificate, other.key}), HasSubstr(other.key));
    EXPECT_THAT(problem_with({"", one.certificate, ""}), HasSubstr(one.certificate));
    EXPECT_THAT(problem_with({"", "", one.key}), HasSubstr(one.key));
    EXPECT_EQ(problem_with({certificates.authority(), one.certificate, one.key}), "");
}

}  // namespace
}  // namespace carillon::test
