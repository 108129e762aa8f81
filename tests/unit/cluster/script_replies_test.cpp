#include "script_replies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "redis_parser.hpp"

namespace carillon {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// A reply, put together as a server would send it.
class Resp {
public:
    static Resp text(std::string_view text) {
        return Resp("$" + std::to_string(text.size()) + "\r\n" + std::string(text) + "\r\n");
    }
    static Resp number(std::string_view number) { return Resp(":" + std::string(number) + "\r\n"); }
    static Resp nil() { return Resp("$-1\r\n"); }
    static Resp error(std::string_view text) { return Resp("-" + std::string(text) + "\r\n"); }
    static Resp array(const std::vector<Resp>& elements) {
        std::string bytes = "*" + std::to_string(elements.size()) + "\r\n";
        for (const Resp& element : elements) bytes += element.bytes;
        return Resp(bytes);
    }

    std::string bytes;

private:
    explicit Resp(std::string of) : bytes(std::move(of)) {}
};

/// What `parse` makes of it; the reply stays for the views.
class ScriptReplies : public testing::Test {
protected:
    RedisReply reply(const Resp& resp) {
        parser_.feed(resp.bytes);
        kept_.push_back(parser_.next());
        EXPECT_TRUE(kept_.back()) << resp.bytes;
        return RedisReply(kept_.back().get());
    }

    static std::vector<Resp> read_fields() {
        return {Resp::text("run"), Resp::text("7"),   Resp::text("0"),  Resp::array({}),
                Resp::nil(),       Resp::text("3"),   Resp::text("5"),  Resp::nil(),
                Resp::nil(),       Resp::number("0"), Resp::number("0")};
    }

private:
    RedisParser parser_;
    std::vector<RedisParser::Reply> kept_;
};

TEST_F(ScriptReplies, AReadDistinguishesNoMembersFromMembersNotAskedFor) {
    std::vector<Resp> fields = read_fields();
    const auto unasked = ReadTopicReply::parse(reply(Resp::array(fields)));
    ASSERT_TRUE(unasked);
    EXPECT_FALSE(unasked->members.has_value());
    EXPECT_FALSE(unasked->producers.has_value());
    fields[4] = fields[7] = Resp::array({});
    const auto none = ReadTopicReply::parse(reply(Resp::array(fields)));
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->members.has_value());
    EXPECT_TRUE(none->producers.has_value());
}

TEST_F(ScriptReplies, AReadOmitsWhatClientsCouldNotRead) {
    std::vector<Resp> fields = read_fields();
    fields[7] =
        Resp::array({Resp::text("a"), Resp::text("{}"), Resp::text("\xff"), Resp::text(""),
                     Resp::text("b"), Resp::text("{nonsense"), Resp::text("c"), Resp::nil()});
    fields[8] = Resp::text("no JSON");
    fields[9] = Resp::number("9223372036854775807");
    const auto read = ReadTopicReply::parse(reply(Resp::array(fields)));
    ASSERT_TRUE(read);
    EXPECT_THAT(*read->members, ElementsAre(Pair("a", "{}"), Pair("c", "")));
    EXPECT_EQ(read->last_event, "");
    EXPECT_LT(read->event_stays, milliseconds(1LL << 40));
}

TEST_F(ScriptReplies, AReadWithAFieldOfAnotherTypeIsNone) {
    const std::vector<Resp> good = read_fields();
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const Resp& other : {Resp::nil(), Resp::number("-1"), Resp::text("x"), Resp::text(""),
                                  Resp::array({Resp::array({})})}) {
            std::vector<Resp> fields = good;
            fields[i] = other;
            // Whatever is made of it, it is made without a look beyond its end.
            (void)ReadTopicReply::parse(reply(Resp::array(fields)));
        }
        std::vector<Resp> fields = good;
        fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_FALSE(ReadTopicReply::parse(reply(Resp::array(fields)))) << i;
        fields = good;
        fields[i] = Resp::array({Resp::array({})});
        EXPECT_FALSE(ReadTopicReply::parse(reply(Resp::array(fields)))) << i;
    }
}

TEST_F(ScriptReplies, OfAnOperationReportAStaleNode) {
    const Resp stale = Resp::array({Resp::text("STALE")});
    EXPECT_TRUE(SyncTopicReply::parse(reply(stale))->is_stale);
    EXPECT_TRUE(RenewLeaseReply::parse(reply(stale))->is_stale);
    EXPECT_TRUE(ClearDeadNodeReply::parse(reply(stale))->is_stale);
    EXPECT_TRUE(FinishResyncReply::parse(reply(stale))->is_stale);
    EXPECT_FALSE(RegisterNodeReply::parse(reply(stale)));
}

TEST_F(ScriptReplies, OfAnOperationCarryTheNewsOfThePartition) {
    const auto synced = SyncTopicReply::parse(
        reply(Resp::array({Resp::text("DONE"), Resp::text("9"), Resp::number("1"),
                           Resp::text("250"), Resp::number("2"), Resp::array({Resp::text("u")})})));
    ASSERT_TRUE(synced);
    EXPECT_EQ(synced->sequence, 9U);
    EXPECT_TRUE(synced->wants_replica);
    EXPECT_EQ(synced->news.due, milliseconds(250));
    EXPECT_TRUE(synced->news.has_webhooks);
    EXPECT_THAT(synced->refused, ElementsAre("u"));
    const auto cleared = ClearDeadNodeReply::parse(
        reply(Resp::array({Resp::text("OK"), Resp::number("1"), Resp::text("18446744073709551615"),
                           Resp::number("0")})));
    ASSERT_TRUE(cleared);
    EXPECT_LT(*cleared->news.due, milliseconds(1LL << 40))
        << "added to a time, it must not overflow";
}

TEST_F(ScriptReplies, OfOtherShapesAreNone) {
    for (const Resp& resp :
         {Resp::nil(), Resp::number("1"), Resp::text("OK"), Resp::array({}),
          Resp::error("WRONGTYPE Operation against a key holding the wrong kind of value"),
          Resp::array({Resp::text("OK")}),
          Resp::array({Resp::text("OK"), Resp::nil(), Resp::nil()}),
          Resp::array({Resp::text("OK"), Resp::number("0"), Resp::text("x"), Resp::number("0"),
                       Resp::nil(), Resp::nil()})}) {
        EXPECT_FALSE(RegisterNodeReply::parse(reply(resp))) << resp.bytes;
        EXPECT_FALSE(FinishResyncReply::parse(reply(resp))) << resp.bytes;
        EXPECT_FALSE(RenewLeaseReply::parse(reply(resp))) << resp.bytes;
        EXPECT_FALSE(ClearDeadNodeReply::parse(reply(resp))) << resp.bytes;
        EXPECT_FALSE(SyncTopicReply::parse(reply(resp))) << resp.bytes;
        EXPECT_FALSE(ReadTopicReply::parse(reply(resp))) << resp.bytes;
        EXPECT_FALSE(parse_channel_info_reply(reply(resp))) << resp.bytes;
        EXPECT_FALSE(parse_publish_reply(reply(resp))) << resp.bytes;
    }
    EXPECT_FALSE(parse_texts(reply(Resp::array({Resp::text("a"), Resp::nil()}))));
    EXPECT_FALSE(parse_cache_miss_reply(reply(Resp::text("1"))));
    EXPECT_FALSE(parse_compare_heads_reply(reply(Resp::array({Resp::text("run")}))));
    EXPECT_FALSE(
        parse_list_channels_reply(reply(Resp::array({Resp::text("name"), Resp::text("1")}))));
}

TEST_F(ScriptReplies, OfListsLeaveOutNamesThatAreNoText) {
    const auto channels = parse_list_channels_reply(
        reply(Resp::array({Resp::text("\xff"), Resp::text("1"), Resp::text("0"), Resp::text("a"),
                           Resp::text("99999999999"), Resp::text("0")})));
    ASSERT_TRUE(channels);
    ASSERT_EQ(channels->size(), 1U);
    EXPECT_EQ(channels->front().subscriptions, UINT32_MAX);
    EXPECT_THAT(
        *parse_list_members_reply(reply(Resp::array({Resp::text("\xc3"), Resp::text("u")}))),
        ElementsAre("u"));
}

TEST_F(ScriptReplies, OfAPublishReportWhyTheEventWasRefused) {
    EXPECT_EQ(parse_publish_reply(reply(Resp::text("DONE"))), PublishReply::done);
    EXPECT_EQ(parse_publish_reply(reply(Resp::text("ORDER"))), PublishReply::out_of_order);
    EXPECT_EQ(parse_publish_reply(reply(Resp::error("OOM command not allowed"))),
              PublishReply::no_memory);
}

}  // namespace
}  // namespace carillon
