#include "carillon/protocol/client_message.hpp"

#include <gtest/gtest.h>

namespace carillon {
namespace {

Result<ClientMessage> parse(std::string_view text) {
    return parse_client_message(text);
}

template <class Message>
Message parse_as(std::string_view text) {
    const auto message = parse(text);
    EXPECT_TRUE(message) << text;
    if (!message) return {};
    EXPECT_TRUE(std::holds_alternative<Message>(*message)) << text;
    const Message* found = std::get_if<Message>(&*message);
    return found ? *found : Message{};
}

Errc refusal(std::string_view text) {
    const auto message = parse(text);
    EXPECT_FALSE(message) << text;
    return message ? Errc{} : message.error().code;
}

TEST(ClientMessage, ReadsPingsOfEveryClient) {
    for (const std::string_view text :
         {R"({"event":"pusher:ping","data":{}})", R"({"event":"pusher:ping"})",
          R"({"event":"pusher:ping","data":""})", R"({"data":null,"event":"pusher:ping"})",
          R"( { "event" : "pusher\u003aping" } )"}) {
        parse_as<PingMessage>(text);
    }
    parse_as<PongMessage>(R"({"event":"pusher:pong","data":null})");
}

TEST(ClientMessage, ReadsSubscribesOfEveryClient) {
    const auto js = parse_as<SubscribeMessage>(
        R"({"event":"pusher:subscribe","data":{"auth":"","channel":"c"}})");
    EXPECT_EQ(js.channel, "c");
    EXPECT_EQ(js.auth, "");
    EXPECT_EQ(js.channel_data, std::nullopt);
    const auto ruby = parse_as<SubscribeMessage>(
        R"({"event":"pusher:subscribe","data":{"channel":"c","auth":null,"channel_data":null}})");
    EXPECT_EQ(ruby.auth, std::nullopt);
    EXPECT_EQ(ruby.channel_data, std::nullopt);
    const auto presence = parse_as<SubscribeMessage>(
        R"({"data":{"auth":"k:s","channel_data":"{\"user_id\":\"u1\",\"n\":\"Zo\u00eb\"}",)"
        R"("channel":"presence-\u0063"},"event":"pusher:subscribe"})");
    EXPECT_EQ(presence.channel, "presence-c");
    EXPECT_EQ(presence.auth, "k:s");
    EXPECT_EQ(presence.channel_data, R"({"user_id":"u1","n":"Zoë"})");
}

TEST(ClientMessage, ReadsDataThatIsAStringWithAnObject) {
    const auto subscribe = parse_as<SubscribeMessage>(
        R"({"event":"pusher:subscribe","data":"{\"channel\":\"c\",\"auth\":\"k:s\"}"})");
    EXPECT_EQ(subscribe.channel, "c");
    EXPECT_EQ(subscribe.auth, "k:s");
    EXPECT_EQ(parse_as<UnsubscribeMessage>(
                  R"({"event":"pusher:unsubscribe","data":"{\"channel\":\"c\"}"})")
                  .channel,
              "c");
}

TEST(ClientMessage, ReadsClientEvents) {
    const auto event = parse_as<ClientEventMessage>(
        R"({"event":"client-é\u00e9","channel":"private-c","data":{"n": 1.50},"x":0})");
    EXPECT_EQ(event.event.text, R"("client-é\u00e9")");
    EXPECT_EQ(event.event_length, 9U);
    EXPECT_EQ(event.channel, "private-c");
    EXPECT_EQ(event.data.text, R"({"n": 1.50})");
    EXPECT_EQ(event.data.type, JsonText::Type::object);
    for (const std::string_view data : {"null", "5", "\"\"", "\"\\ud83d\"", "[]", "true"}) {
        const std::string text =
            R"({"event":"client-x","channel":"c","data":)" + std::string{data} + "}";
        EXPECT_EQ(parse_as<ClientEventMessage>(text).data.text, data);
    }
    parse_as<ClientEventMessage>(R"({"event":"\u0063lient-x","channel":"c","data":1})");
}

TEST(ClientMessage, AClientEventWithoutDataHasNull) {
    const auto event = parse_as<ClientEventMessage>(R"({"event":"client-x","channel":"c"})");
    EXPECT_EQ(event.data.text, "null");
    EXPECT_EQ(event.data.type, JsonText::Type::null);
    EXPECT_EQ(event_data_bytes(event.data), 4U);
    EXPECT_FALSE(event.has_data);
    EXPECT_TRUE(
        parse_as<ClientEventMessage>(R"({"event":"client-x","channel":"c","data":null})").has_data);
}

TEST(ClientMessage, TakesTheLastOfEqualNames) {
    const auto event = parse_as<ClientEventMessage>(
        R"({"event":"pusher:ping","data":1,"event":"client-x","channel":"c","data":2})");
    EXPECT_EQ(event.data.text, "2");
    EXPECT_EQ(refusal(R"({"event":"pusher:ping","event":null})"), Errc::bad_message);
}

TEST(ClientMessage, RefusesWhatIsNoObject) {
    for (const std::string_view text : {"",
                                        " ",
                                        "5",
                                        "\"x\"",
                                        "[]",
                                        "null",
                                        "{",
                                        R"({"event":"pusher:ping")",
                                        R"({"event":"pusher:ping"}})",
                                        R"({"event":"pusher:ping"} {})",
                                        R"({"event":"pusher:ping"},)",
                                        R"({"event":"pusher:ping","a":{"b":1})",
                                        R"({"event":"pusher:ping","x":tru})",
                                        R"({"event":"pusher:ping","x":"\q"})",
                                        R"({"event":"pusher:ping","x":01})",
                                        R"({"event":"client-x","channel":"c","data":{"a":"\q"}})",
                                        R"({"event":"client-x","channel":"c","data":[1,tru]})",
                                        R"({event:"pusher:ping"})",
                                        R"({"event":"pusher:ping",})",
                                        R"({"event" "pusher:ping"})",
                                        "{\"event\":\"pusher:\nping\"}"}) {
        EXPECT_EQ(refusal(text), Errc::bad_json) << text;
    }
}

TEST(ClientMessage, RefusesMembersOfTheWrongType) {
    for (const std::string_view text :
         {R"({})", R"({"event":5})", R"({"event":null})", R"({"event":["pusher:ping"]})",
          R"({"event":"pusher:subscribe"})", R"({"event":"pusher:subscribe","data":null})",
          R"({"event":"pusher:subscribe","data":[]})", R"({"event":"pusher:subscribe","data":5})",
          R"({"event":"pusher:subscribe","data":""})", R"({"event":"pusher:subscribe","data":"{"})",
          R"({"event":"pusher:subscribe","data":{}})",
          R"({"event":"pusher:subscribe","data":{"channel":5}})",
          R"({"event":"pusher:subscribe","data":{"channel":null}})",
          R"({"event":"pusher:subscribe","data":{"channel":"c","auth":5}})",
          R"({"event":"pusher:subscribe","data":{"channel":"c","channel_data":{"user_id":"u"}}})",
          R"({"event":"pusher:unsubscribe","data":{"channel":[]}})",
          R"({"event":"client-x","data":1})", R"({"event":"client-x","channel":null,"data":1})",
          R"({"event":"client-x","channel":5,"data":1})"}) {
        EXPECT_EQ(refusal(text), Errc::bad_message) << text;
    }
}

TEST(ClientMessage, RefusesNamesThatClientsMayNotSend) {
    for (const std::string_view name :
         {"", "x", "client", "Client-x", "pusher:", "pusher:signin_success",
          "pusher_internal:member_added", "pusher:connection_established", "\\ud83d"}) {
        const std::string text =
            R"({"event":")" + std::string{name} + R"(","channel":"c","data":1})";
        EXPECT_EQ(refusal(text), Errc::unknown_event) << text;
    }
    EXPECT_EQ(refusal(R"({"event":"client-\ud83d","channel":"c","data":1})"), Errc::bad_event_name);
}

TEST(ClientMessage, BoundsNesting) {
    const auto nested = [](std::size_t depth) {
        return R"({"event":"client-x","channel":"c","data":)" + std::string(depth, '[') +
               std::string(depth, ']') + "}";
    };
    const std::string deepest = nested(json_depth_max);
    EXPECT_EQ(parse_as<ClientEventMessage>(deepest).data.text.size(), 2 * json_depth_max);
    EXPECT_EQ(refusal(nested(json_depth_max + 1)), Errc::bad_json);
}

TEST(ClientMessage, SignInHasItsDataAsItWasSigned) {
    for (
        const char* text :
        {R"({"event":"pusher:signin","data":{"auth":"k:s","user_data":"{\"id\":\"\u0075\"}"}})",
         R"({"data":"{\"auth\":\"k:s\",\"user_data\":\"{\\\"id\\\":\\\"u\\\"}\"}","event":"pusher:signin"})"}) {
        const auto message = parse_client_message(text);
        ASSERT_TRUE(message) << text;
        const auto* const signin = std::get_if<SignInMessage>(&*message);
        ASSERT_NE(signin, nullptr);
        EXPECT_EQ(signin->auth, "k:s");
        EXPECT_EQ(signin->user_data, R"({"id":"u"})");
    }
    for (const char* text :
         {R"({"event":"pusher:signin"})", R"({"event":"pusher:signin","data":{}})",
          R"({"event":"pusher:signin","data":{"user_data":{}}})",
          R"({"event":"pusher:signin","data":{"user_data":"","auth":1}})"}) {
        const auto message = parse_client_message(text);
        ASSERT_FALSE(message) << text;
        EXPECT_EQ(message.error().code, Errc::bad_message);
    }
}

}  // namespace
}  // namespace carillon
