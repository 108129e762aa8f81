#include "carillon/channels/quota_client.hpp"

#include <gtest/gtest.h>

#include <variant>
#include <vector>

#include "carillon/apps/app.hpp"
#include "carillon/channels/partition.hpp"

namespace carillon {
namespace {

constexpr std::uint16_t shards = 4;

class ConnectionQuotaTest : public ::testing::Test {
protected:
    ConnectionQuotaTest() {
        app.id = AppId("an-app");
        app.index = AppIndex{7};
        app.limits.max_connections = 100;
    }

    std::uint64_t ask() {
        const std::uint64_t ticket = quota.new_ticket();
        quota.request(app, ticket, [this](bool admitted) { answers.push_back(admitted); });
        return ticket;
    }

    struct Sent {
        ShardId to;
        HomeRequest message;
    };

    App app;
    std::vector<Sent> sent;
    std::vector<bool> answers;
    QuotaClient quota{shards, true, [this](ShardId to, HomeRequest&& message) {
                          sent.push_back({to, std::move(message)});
                      }};
};

using Answers = std::vector<bool>;

TEST_F(ConnectionQuotaTest, AsksTheAppsHome) {
    const std::uint64_t ticket = ask();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].to, home_of("an-app", "", shards));
    const auto& asked = std::get<AdmitConnection>(sent[0].message);
    EXPECT_EQ(asked.app, AppIndex{7});
    EXPECT_EQ(asked.ticket, ticket);
    EXPECT_EQ(asked.connections_max, 100U);
    EXPECT_TRUE(answers.empty());
}

TEST_F(ConnectionQuotaTest, GivesEachATicketOfItsOwn) {
    const std::uint64_t first = ask();
    const std::uint64_t second = ask();
    EXPECT_NE(first, 0U);
    EXPECT_NE(second, 0U);
    EXPECT_NE(first, second);
}

TEST_F(ConnectionQuotaTest, PassesEachAnswerOnce) {
    const std::uint64_t first = ask();
    const std::uint64_t second = ask();
    quota.on({second, false});
    EXPECT_EQ(answers, Answers{false});
    quota.on({first, true});
    EXPECT_EQ(answers, (Answers{false, true}));
    quota.on({first, true});
    quota.on({second, true});
    quota.on({99, true});
    EXPECT_EQ(answers.size(), 2U);
}

TEST_F(ConnectionQuotaTest, DropsTheAnswerToACancelledRequest) {
    const std::uint64_t ticket = ask();
    quota.release(app, ticket);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[1].to, home_of("an-app", "", shards));
    const auto& ended = std::get<ReleaseConnection>(sent[1].message);
    EXPECT_EQ(ended.app, AppIndex{7});
    EXPECT_EQ(ended.ticket, ticket);
    quota.on({ticket, true});
    EXPECT_TRUE(answers.empty());
}

TEST_F(ConnectionQuotaTest, ReportsAClosedConnectionToTheHome) {
    const std::uint64_t ticket = ask();
    quota.on({ticket, true});
    quota.release(app, ticket);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(std::get<ReleaseConnection>(sent[1].message).ticket, ticket);
}

TEST_F(ConnectionQuotaTest, CanBeAskedAgainFromWithinAnAnswer) {
    std::uint64_t second = 0;
    const std::uint64_t first = quota.new_ticket();
    quota.request(app, first, [&](bool) { second = ask(); });
    quota.on({first, false});
    EXPECT_NE(second, 0U);
    quota.on({second, true});
    EXPECT_EQ(answers, Answers{true});
}

TEST_F(ConnectionQuotaTest, KnowsWhetherItIsOfACluster) {
    EXPECT_TRUE(quota.in_cluster());
    EXPECT_FALSE(QuotaClient(shards, false, nullptr).in_cluster());
}

}  // namespace
}  // namespace carillon
