#include "carillon/cluster/script_contract.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace carillon {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Values as a script would return them.
ScriptValue text(std::string_view text) {
    return ScriptValue::of(text);
}
ScriptValue number(std::int64_t number) {
    return ScriptValue::of(number);
}
ScriptValue nil() {
    return {};
}
ScriptValue array(std::vector<ScriptValue> items) {
    return ScriptValue::of(std::move(items));
}

std::vector<ScriptValue> read_fields() {
    return {text("run"), text("7"), text("0"), array({}), nil(),     text("3"), text("5"),
            nil(),       nil(),     number(0), number(0), text("0"), text("0")};
}

TEST(ScriptReplies, AReadDistinguishesNoMembersFromMembersNotAskedFor) {
    std::vector<ScriptValue> fields = read_fields();
    const auto unasked = scripts::ReadTopic::Reply::decode(array(fields));
    ASSERT_TRUE(unasked);
    EXPECT_FALSE(unasked->members.has_value());
    EXPECT_FALSE(unasked->producers.has_value());
    fields[4] = fields[7] = array({});
    const auto none = scripts::ReadTopic::Reply::decode(array(fields));
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->members.has_value());
    EXPECT_TRUE(none->producers.has_value());
}

TEST(ScriptReplies, AReadOmitsWhatClientsCouldNotRead) {
    std::vector<ScriptValue> fields = read_fields();
    fields[7] = array({text("a"), text("{}"), text("\xff"), text(""), text("b"), text("{nonsense"),
                       text("c"), nil()});
    fields[8] = text("no JSON");
    fields[9] = number(INT64_MAX);
    const auto read = scripts::ReadTopic::Reply::decode(array(fields));
    ASSERT_TRUE(read);
    EXPECT_THAT(*read->members, ElementsAre(Pair("a", "{}"), Pair("c", "")));
    EXPECT_EQ(read->last_event, "");
    EXPECT_LT(read->event_time, milliseconds(1LL << 40));
}

TEST(ScriptReplies, AReadWithAFieldOfAnotherTypeIsNone) {
    const std::vector<ScriptValue> good = read_fields();
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const ScriptValue& other :
             {nil(), number(-1), text("x"), text(""), array({array({})})}) {
            std::vector<ScriptValue> fields = good;
            fields[i] = other;
            // Whatever is made of it, it is made without a look beyond its end.
            (void)scripts::ReadTopic::Reply::decode(array(fields));
        }
        std::vector<ScriptValue> fields = good;
        fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(scripts::ReadTopic::Reply::decode(array(fields))) << i;
        fields = good;
        fields[i] = array({array({})});
        EXPECT_FALSE(scripts::ReadTopic::Reply::decode(array(fields))) << i;
    }
}

TEST(ScriptReplies, OfAnOperationReportAStaleNode) {
    const ScriptValue stale = array({text("STALE")});
    EXPECT_TRUE(scripts::SyncTopic::Reply::decode(stale)->is_stale);
    EXPECT_TRUE(scripts::RenewLease::Reply::decode(stale)->is_stale);
    EXPECT_TRUE(scripts::ClearDeadNode::Reply::decode(stale)->is_stale);
    EXPECT_TRUE(scripts::FinishResync::Reply::decode(stale)->is_stale);
    EXPECT_FALSE(scripts::RegisterNode::Reply::decode(stale));
}

TEST(ScriptReplies, OfAnOperationCarryTheNewsOfThePartition) {
    const auto synced = scripts::SyncTopic::Reply::decode(
        array({text("DONE"), text("9"), number(1), text("250"), number(2), array({text("u")})}));
    ASSERT_TRUE(synced);
    EXPECT_EQ(synced->sequence, 9U);
    EXPECT_TRUE(synced->wants_replica);
    EXPECT_EQ(synced->news.due, milliseconds(250));
    EXPECT_TRUE(synced->news.has_webhooks);
    EXPECT_THAT(synced->refused, ElementsAre("u"));
    const auto cleared = scripts::ClearDeadNode::Reply::decode(
        array({text("OK"), number(1), text("18446744073709551615"), number(0)}));
    ASSERT_TRUE(cleared);
    EXPECT_LT(*cleared->news.due, milliseconds(1LL << 40))
        << "added to a time, it must not overflow";
}

TEST(ScriptReplies, OfOtherShapesAreNone) {
    const std::vector<ScriptValue> values{
        nil(),
        number(1),
        text("OK"),
        array({}),
        array({text("OK")}),
        array({text("OK"), nil(), nil()}),
        array({text("OK"), number(0), text("x"), number(0), nil(), nil()})};
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_FALSE(scripts::RegisterNode::Reply::decode(values[i])) << i;
        EXPECT_FALSE(scripts::FinishResync::Reply::decode(values[i])) << i;
        EXPECT_FALSE(scripts::RenewLease::Reply::decode(values[i])) << i;
        EXPECT_FALSE(scripts::ClearDeadNode::Reply::decode(values[i])) << i;
        EXPECT_FALSE(scripts::SyncTopic::Reply::decode(values[i])) << i;
        EXPECT_FALSE(scripts::ReadTopic::Reply::decode(values[i])) << i;
        EXPECT_FALSE(scripts::ChannelInfo::Reply::decode(values[i])) << i;
        EXPECT_FALSE(scripts::Publish::Reply::decode(values[i])) << i;
    }
    EXPECT_FALSE(scripts::UnregisterNode::Reply::decode(text("OK")));
    EXPECT_FALSE(scripts::OfferRoster::Reply::decode(array({text("ORDER")})));
    EXPECT_FALSE(scripts::SetWebhookRules::Reply::decode(array({text("OK")})));
    EXPECT_FALSE(scripts::TakeWebhooks::Reply::decode(array({text("a"), nil()})));
    EXPECT_FALSE(scripts::CacheMiss::Reply::decode(text("1")));
    EXPECT_FALSE(scripts::CompareHeads::Reply::decode(array({text("run")})));
    EXPECT_FALSE(scripts::ListChannels::Reply::decode(array({text("name"), text("1")})));
}

TEST(ScriptReplies, OfListsLeaveOutNamesThatAreNoText) {
    const auto list = scripts::ListChannels::Reply::decode(
        array({text("\xff"), text("1"), text("0"), text("a"), text("99999999999"), text("0")}));
    ASSERT_TRUE(list);
    ASSERT_EQ(list->channels.size(), 1U);
    EXPECT_EQ(list->channels.front().subscriptions, UINT32_MAX);
    const auto list_of_members = scripts::ListMembers::Reply::decode(
        array({text("\xc3"), text(""), text("u"), text("{}"), text("v"), text("{")}));
    ASSERT_TRUE(list_of_members);
    EXPECT_THAT(list_of_members->members, ElementsAre(std::pair("u", "{}")));
}

TEST(ScriptReplies, OfAPublishReportWhyTheEventWasRefused) {
    EXPECT_FALSE(scripts::Publish::Reply::decode(text("DONE"))->is_out_of_order);
    EXPECT_TRUE(scripts::Publish::Reply::decode(text("ORDER 4"))->is_out_of_order);
}

std::vector<std::string_view> encoded(const auto& request, ScriptArguments& arguments) {
    request.encode(arguments);
    return arguments.views();
}

TEST(ScriptRequests, OfAnOperationBeginWithTheSameFour) {
    const Operation operation{"run", milliseconds(10'000), "a.1", 7};
    ScriptArguments renew;
    EXPECT_THAT(encoded(scripts::RenewLease{operation, 65536, true, milliseconds(5000), {}}, renew),
                ElementsAre("run", "10000", "a.1", "7", "65536", "1", "5000"));
    const std::vector<std::pair<std::string_view, std::uint64_t>> connections{{"app", 12}};
    ScriptArguments counted;
    EXPECT_THAT(
        encoded(scripts::RenewLease{operation, 65536, true, milliseconds(5000), connections},
                counted),
        ElementsAre("run", "10000", "a.1", "7", "65536", "1", "5000", "app", "12"));
    ScriptArguments leave;
    EXPECT_THAT(encoded(scripts::UnregisterNode{operation}, leave),
                ElementsAre("run", "10000", "a.1", "7"));
}

TEST(ScriptRequests, OfAPublishHaveATimeForTheLastEventOnlyIfItIsKept) {
    scripts::Publish request{
        .epoch = "run", .topic = "c1:7news", .process = "a", .excluded = "-", .body = "{}"};
    ScriptArguments without;
    EXPECT_EQ(encoded(request, without).size(), 9U);
    request.cache_time = milliseconds(0);
    ScriptArguments with;
    EXPECT_EQ(encoded(request, with).back(), "1") << "Redis refuses 0";
}

TEST(ScriptText, BeginsWithTheConstantsThatBothLanguagesShare) {
    const std::string text = script_text(Script::publish);
    EXPECT_TRUE(text.starts_with("local COUNTS_AT_ONCE_MAX = 100\n"));
    EXPECT_THAT(text, testing::HasSubstr("local COUNT_INTERVAL_MS = 5000\n"));
    EXPECT_THAT(text, testing::HasSubstr("local WEBHOOK_CHANNEL_OCCUPIED = 'o'\n"));
    EXPECT_EQ(script_names[static_cast<std::size_t>(Script::publish)], "publish");
}

}  // namespace
}  // namespace carillon
