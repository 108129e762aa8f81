#include "carillon/protocol/trigger.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "carillon/protocol/server_messages.hpp"

namespace carillon {
namespace {

using Query = TriggerParser::QueryFallback;

/// What is read holds as long as the parser and the body, so both live as long as the test.
class TriggerTest : public testing::Test {
protected:
    Trigger parse(std::string_view body, const Query& query = {}) {
        auto trigger = parser_.parse_event(body, limits_, query);
        EXPECT_TRUE(trigger) << body << " " << (trigger ? "" : trigger.error().what);
        return trigger ? std::move(*trigger) : Trigger{};
    }
    Error refusal(std::string_view body, const Query& query = {}) {
        const auto trigger = parser_.parse_event(body, limits_, query);
        EXPECT_FALSE(trigger) << body;
        return trigger ? Error{} : trigger.error();
    }
    Error batch_refusal(std::string_view body) {
        const auto triggers = parser_.parse_batch(body, limits_);
        EXPECT_FALSE(triggers) << body;
        return triggers ? Error{} : triggers.error();
    }
    static std::vector<std::string> names(const Trigger& trigger) {
        std::vector<std::string> out;
        for (const ChannelName& channel : trigger.channels) out.push_back(channel.text());
        return out;
    }
    static std::string with_channels(std::size_t count) {
        std::string body = R"({"name":"e","data":"","channels":[)";
        for (std::size_t i = 0; i < count; ++i) {
            body += (i == 0 ? "\"c" : ",\"c") + std::to_string(i) + '"';
        }
        return body + "]}";
    }

    TriggerParser parser_;
    Limits limits_;
};

using Names = std::vector<std::string>;

TEST_F(TriggerTest, ReadsEveryMember) {
    const Trigger trigger =
        parse(R"({"name":"order-shipped","data":"{\"id\":1}","channels":["c1","presence-c2"],)"
              R"("socket_id":"1.2","info":"user_count,subscription_count","more":[{}]})");
    EXPECT_EQ(trigger.name.text, "\"order-shipped\"");
    EXPECT_EQ(trigger.data.text, R"("{\"id\":1}")");
    EXPECT_EQ(names(trigger), (Names{"c1", "presence-c2"}));
    EXPECT_EQ(trigger.excluded, (SocketId{1, 2}));
    EXPECT_TRUE(trigger.wants_info);
    EXPECT_TRUE(trigger.info.user_count);
    EXPECT_TRUE(trigger.info.subscription_count);
    EXPECT_FALSE(trigger.info.cache);
}

TEST_F(TriggerTest, TreatsNullAsAbsent) {
    const Trigger trigger = parse(
        R"({"name":"e","data":"","channels":["c"],"channel":null,"socket_id":null,"info":null})");
    EXPECT_EQ(trigger.excluded, std::nullopt);
    EXPECT_FALSE(trigger.wants_info);
    EXPECT_TRUE(parse(R"({"name":"e","data":"","channel":"c","info":""})").wants_info);
}

TEST_F(TriggerTest, JoinsChannelAndChannelsOnce) {
    EXPECT_EQ(names(parse(R"({"name":"e","data":"","channel":"one"})")), (Names{"one"}));
    EXPECT_EQ(names(parse(R"({"name":"e","data":"","channels":["b","a","b","one","a"],)"
                          R"("channel":"one"})")),
              (Names{"one", "b", "a"}));
    EXPECT_EQ(names(parse(R"({"name":"e","data":"","channel":"#server-to-user-u1"})")),
              (Names{"#server-to-user-u1"}));
    EXPECT_EQ(names(parse(R"({"name":"e","data":"","channel":"\u0061"})")), (Names{"a"}));
}

TEST_F(TriggerTest, TakesDataOfAnyType) {
    for (const std::string_view data : {R"({"a": 1.0})", "5", "[]", "null", "true", "\"\""}) {
        const std::string body = R"({"name":"e","channel":"c","data":)" + std::string{data} + "}";
        EXPECT_EQ(parse(body).data.text, data);
    }
}

TEST_F(TriggerTest, NamesWhatIsMissing) {
    EXPECT_EQ(refusal(R"({"data":"","channel":"c"})").what, "Missing required parameter: name");
    EXPECT_EQ(refusal(R"({"name":"e","channel":"c"})").what, "Missing required parameter: data");
    EXPECT_EQ(refusal(R"({"name":"e","data":""})").what, "Missing required parameter: channel");
    EXPECT_EQ(refusal(R"({"name":"e","data":"","channels":[]})").what,
              "Missing required parameter: channel");
    EXPECT_EQ(refusal(R"({"name":5,"data":"","channel":"c"})").what,
              "Expected name parameter to be a string");
    EXPECT_EQ(refusal("{}").code, Errc::bad_request);
}

TEST_F(TriggerTest, RefusesMembersOfTheWrongType) {
    for (const std::string_view member :
         {R"("channel":5)", R"("channels":"c")", R"("channels":{})", R"("channels":["c",5])",
          R"("channels":["c",null])", R"("channel":"c","socket_id":1.2)",
          R"("channel":"c","info":["user_count"])", R"("channel":"c","info":"users")"}) {
        const std::string body = R"({"name":"e","data":"",)" + std::string{member} + "}";
        EXPECT_EQ(refusal(body).code, Errc::bad_request) << body;
    }
    EXPECT_EQ(refusal(R"({"name":"e","data":"","channel":"c","socket_id":"1"})").code,
              Errc::bad_socket_id);
    EXPECT_EQ(refusal(R"({"name":"e","data":"","channels":["c","a b"]})").code,
              Errc::bad_channel_name);
}

TEST_F(TriggerTest, RefusesABodyThatIsNotOneObject) {
    for (const std::string_view body :
         {"", "null", "[]", "\"\"", "{", R"({"name":"e","data":"","channel":"c")",
          R"({"name":"e","data":"","channel":"c"}x)", R"({"name":"e","data":"\q","channel":"c"})",
          R"({"name":"e","data":tru,"channel":"c"})",
          R"({"name":"e","data":"","channel":"c","x":01})",
          "{\"name\":\"e\",\"data\":\"\x80\",\"channel\":\"c\"}",
          "{\"name\":\"e\",\"data\":\"\xED\xA0\x80\",\"channel\":\"c\"}",
          "{\"name\":\"e\",\"data\":\"\",\"channel\":\"c\",\"x\":\"\xFF\"}"}) {
        EXPECT_EQ(refusal(body).code, Errc::bad_json) << body;
    }
    EXPECT_EQ(parse(R"( {"name":"e","data":"","channel":"c"} )").name.text, "\"e\"");
}

TEST_F(TriggerTest, ChecksTheName) {
    const auto body = [](std::string_view name) {
        return R"({"data":"","channel":"c","name":")" + std::string{name} + "\"}";
    };
    for (const std::string_view bad :
         {"", "pusher:x", "pusher_internal:x", "pusher\\u003ax", "\\ud83d"}) {
        EXPECT_EQ(refusal(body(bad)).code, Errc::bad_event_name) << bad;
    }
    for (const std::string_view good :
         {"pusher", "Pusher:x", "App\\\\Events\\\\X", "client-x", " "}) {
        const std::string text = body(good);
        EXPECT_EQ(parse(text).name.text, '"' + std::string{good} + '"');
    }
    std::string longest;
    for (int i = 0; i < 200; ++i) longest += i % 2 == 0 ? "é" : "\\u20ac";
    parse(body(longest));
    EXPECT_EQ(refusal(body(longest + "x")).code, Errc::bad_event_name);
}

TEST_F(TriggerTest, LimitsDataByDecodedBytes) {
    const auto body = [](const std::string& data) {
        return R"({"name":"e","channel":"c","data":)" + data + "}";
    };
    std::string escaped;
    for (int i = 0; i < 10240; ++i) escaped += "\\u0041";
    EXPECT_EQ(parse(body('"' + escaped + '"')).data.decoded_bytes, 10240U);
    EXPECT_EQ(refusal(body('"' + escaped + "x\"")).code, Errc::data_too_large);
    const std::string object = R"({"a":")" + std::string(10240 - 8, 'x') + "\"}";
    EXPECT_EQ(parse(body(object)).data.decoded_bytes, 10240U);
    EXPECT_EQ(refusal(body(object.substr(0, 6) + "y" + object.substr(6))).code,
              Errc::data_too_large);
}

TEST_F(TriggerTest, LimitsChannels) {
    EXPECT_EQ(parse(with_channels(100)).channels.size(), 100U);
    EXPECT_EQ(refusal(with_channels(101)).what,
              "Too many channels: more than max_channels_per_trigger allows");
    limits_.max_channels_per_trigger = 3;
    EXPECT_EQ(refusal(with_channels(4)).code, Errc::bad_request);
}

TEST_F(TriggerTest, TakesMissingMembersFromTheQuery) {
    const Query query{.name = "na\"me",
                      .data = "{\"é\":\n1}",
                      .channel = "one",
                      .socket_id = "3.4",
                      .info = "user_count",
                      .channels = {"two", "one"}};
    const Trigger trigger = parse("{}", query);
    EXPECT_EQ(decode_json_string(trigger.name), "na\"me");
    EXPECT_EQ(decode_json_string(trigger.data), "{\"é\":\n1}");
    EXPECT_EQ(names(trigger), (Names{"one", "two"}));
    EXPECT_EQ(trigger.excluded, (SocketId{3, 4}));
    EXPECT_TRUE(trigger.info.user_count);

    const Trigger body = parse(
        R"({"name":"e","data":"d","channel":"c","channels":["d"],"socket_id":"1.2","info":""})",
        query);
    EXPECT_EQ(body.name.text, "\"e\"");
    EXPECT_EQ(body.data.text, "\"d\"");
    EXPECT_EQ(names(body), (Names{"c", "d"}));
    EXPECT_EQ(body.excluded, (SocketId{1, 2}));
    EXPECT_FALSE(body.info.any());
}

TEST_F(TriggerTest, ChecksWhatComesFromTheQuery) {
    const auto code = [this](std::string_view name, std::string_view data,
                             std::string_view channel) {
        Query query;
        query.name = name;
        query.data = data;
        query.channel = channel;
        return refusal("{}", query).code;
    };
    EXPECT_EQ(code("pusher:x", "", "c"), Errc::bad_event_name);
    EXPECT_EQ(code("\xFF", "", "c"), Errc::bad_request);
    EXPECT_EQ(code("e", "\x80", "c"), Errc::bad_request);
    EXPECT_EQ(code("e", "", "\x80"), Errc::bad_channel_name);
    EXPECT_EQ(code("e", std::string(10241, '"'), "c"), Errc::data_too_large);
}

TEST_F(TriggerTest, ReadsABatchInOrder) {
    const std::string body =
        R"({"batch":[{"name":"a","data":"1","channel":"c1"},)"
        R"( {"name":"b","data":{"x":2},"channel":"c2","socket_id":"1.2","info":"cache"}]})";
    const auto triggers = parser_.parse_batch(body, limits_);
    ASSERT_TRUE(triggers);
    ASSERT_EQ(triggers->size(), 2U);
    EXPECT_EQ((*triggers)[0].name.text, "\"a\"");
    EXPECT_EQ((*triggers)[0].data.text, "\"1\"");
    EXPECT_FALSE((*triggers)[0].wants_info);
    EXPECT_EQ((*triggers)[1].data.text, R"({"x":2})");
    EXPECT_EQ(names((*triggers)[1]), (Names{"c2"}));
    EXPECT_EQ((*triggers)[1].excluded, (SocketId{1, 2}));
    EXPECT_TRUE((*triggers)[1].info.cache);
}

TEST_F(TriggerTest, RefusesABatchWholly) {
    const std::string good = R"({"name":"a","data":"","channel":"c"})";
    EXPECT_EQ(batch_refusal("{}").what, "Missing required parameter: batch");
    EXPECT_EQ(batch_refusal(R"({"batch":{}})").code, Errc::bad_request);
    EXPECT_EQ(batch_refusal(R"({"batch":[5]})").code, Errc::bad_json);
    EXPECT_EQ(batch_refusal("[]").code, Errc::bad_json);
    EXPECT_EQ(batch_refusal("{\"batch\":[],\"x\":\"\x80\"}").code, Errc::bad_json);
    EXPECT_EQ(batch_refusal(R"({"batch":[)" + good + R"(,{"name":"a","data":""}]})").what,
              "Missing required parameter: channel");
    EXPECT_EQ(batch_refusal(R"({"batch":[{"name":"a","data":"","channels":["c"]}]})").what,
              "Missing required parameter: channel");
    EXPECT_EQ(batch_refusal(R"({"batch":[)" + good + R"(,{"name":"a","channel":"c"}]})").what,
              "Missing required parameter: data");
}

TEST_F(TriggerTest, LimitsABatch) {
    const auto body = [](int count) {
        std::string text = R"({"batch":[)";
        for (int i = 0; i < count; ++i) {
            if (i > 0) text += ',';
            text += R"({"name":"a","data":"","channel":"c"})";
        }
        return text + "]}";
    };
    EXPECT_EQ(parser_.parse_batch(body(10), limits_)->size(), 10U);
    EXPECT_EQ(parser_.parse_batch(body(0), limits_)->size(), 0U);
    EXPECT_EQ(batch_refusal(body(11)).what, "Batch too large (11 > 10)");
}

TEST_F(TriggerTest, MakesFramesThatParse) {
    for (const std::string_view data : {R"("\ud83d")", R"("\u0000")", "\"\u2028\"",
                                        R"({"a":["\ud83d"]})", R"("{\"a\":\"\\q\"}")"}) {
        const std::string body =
            R"({"name":"e\"\\","channel":"c","data":)" + std::string{data} + "}";
        const Trigger trigger = parse(body);
        const auto frame = nlohmann::json::parse(
            channel_event(trigger.channels.front().text(), trigger.name, trigger.data), nullptr,
            false);
        ASSERT_FALSE(frame.is_discarded()) << data;
        EXPECT_TRUE(frame["data"].is_string()) << data;
        EXPECT_EQ(frame["event"], "e\"\\");
    }
}

TEST(InfoAttributes, AreAList) {
    EXPECT_FALSE(InfoAttributes::parse("")->any());
    EXPECT_TRUE(InfoAttributes::parse("cache,user_count")->user_count);
    EXPECT_FALSE(InfoAttributes::parse("cache,user_count")->subscription_count);
    for (const std::string_view bad :
         {"users", "user_count,,cache", ",", " ,cache", "Cache", "user count", "cache\n"}) {
        EXPECT_FALSE(InfoAttributes::parse(bad)) << bad;
    }
}

TEST(InfoAttributes, MayHaveBlanksBetween) {
    for (const std::string_view blank :
         {"user_count, cache", " user_count ,cache ", "user_count,+cache", "user_count,\tcache"}) {
        const auto attributes = InfoAttributes::parse(blank);
        ASSERT_TRUE(attributes) << blank;
        EXPECT_TRUE(attributes->user_count && attributes->cache) << blank;
    }
}

}  // namespace
}  // namespace carillon
