#include "carillon/protocol/server_messages.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace carillon {
namespace {

using nlohmann::json;

TEST(ServerMessages, HaveTheExactBytesOfTheReference) {
    EXPECT_EQ(connection_established(SocketId{194496, 582858}, 120),
              R"({"event":"pusher:connection_established",)"
              R"("data":"{\"socket_id\":\"194496.582858\",\"activity_timeout\":120}"})");
    EXPECT_EQ(
        error_message(Errc::app_unknown, "App key nope does not exist"),
        R"({"event":"pusher:error","data":{"code":4001,"message":"App key nope does not exist"}})");
    EXPECT_EQ(pong(), R"({"event":"pusher:pong","data":"{}"})");
    EXPECT_EQ(
        subscription_succeeded("my-channel"),
        R"({"event":"pusher_internal:subscription_succeeded","channel":"my-channel","data":"{}"})");
    EXPECT_EQ(
        presence_succeeded("presence-c", 2, R"(\"a\",\"b\")", R"(\"a\":{\"x\":1},\"b\":null)"),
        R"({"event":"pusher_internal:subscription_succeeded","channel":"presence-c",)"
        R"("data":"{\"presence\":{\"count\":2,\"ids\":[\"a\",\"b\"],)"
        R"(\"hash\":{\"a\":{\"x\":1},\"b\":null}}}"})");
    EXPECT_EQ(cache_miss("cache-c"),
              R"({"event":"pusher:cache_miss","channel":"cache-c","data":"{}"})");
    EXPECT_EQ(subscription_count("c", 3),
              R"({"event":"pusher_internal:subscription_count","channel":"c",)"
              R"("data":"{\"subscription_count\":3}"})");
    EXPECT_EQ(signin_success(R"({"id":"u1"})"),
              R"({"event":"pusher:signin_success",)"
              R"("data":"{\"user_data\":\"{\\\"id\\\":\\\"u1\\\"}\"}"})");
    EXPECT_EQ(
        watchlist_events(std::vector<std::string>{"u2"}, std::vector<std::string>{"u3", "u4"}),
        R"({"event":"pusher_internal:watchlist_events",)"
        R"("data":"{\"events\":[{\"name\":\"online\",\"user_ids\":[\"u2\"]},)"
        R"({\"name\":\"offline\",\"user_ids\":[\"u3\",\"u4\"]}]}"})");
    EXPECT_EQ(watchlist_events({}, std::vector<std::string>{"\""}),
              R"({"event":"pusher_internal:watchlist_events",)"
              R"("data":"{\"events\":[{\"name\":\"offline\",\"user_ids\":[\"\\\"\"]}]}"})");
    EXPECT_EQ(subscription_error("private-c", Errc::unauthorized, "no"),
              R"({"event":"pusher:subscription_error","channel":"private-c",)"
              R"("data":{"type":"AuthError","error":"no","status":401}})");
    EXPECT_EQ(member_added("presence-c", "u1", R"({"a":1})"),
              R"({"event":"pusher_internal:member_added","channel":"presence-c",)"
              R"("data":"{\"user_id\":\"u1\",\"user_info\":{\"a\":1}}"})");
    EXPECT_EQ(member_removed("presence-c", "u1"),
              R"({"event":"pusher_internal:member_removed","channel":"presence-c",)"
              R"("data":"{\"user_id\":\"u1\"}"})");
    EXPECT_EQ(channel_event("presence-room", *scan_json("\"client-typing\""),
                            *scan_json(R"({"on":true})"), "u1"),
              R"({"event":"client-typing","channel":"presence-room","data":"{\"on\":true}",)"
              R"("user_id":"u1"})");
    EXPECT_EQ(channel_event("my-channel", *scan_json("\"my-event\""),
                            *scan_json(R"("{\"hello\":\"world\"}")")),
              R"({"event":"my-event","channel":"my-channel","data":"{\"hello\":\"world\"}"})");
}

TEST(ServerMessages, PutNullForAnErrorThatClosesNothing) {
    const json frame = json::parse(error_message(Errc::bad_json, "a \"quoted\"\n text \x01"));
    EXPECT_TRUE(frame["data"]["code"].is_null());
    EXPECT_EQ(frame["data"]["message"], "a \"quoted\"\n text \x01");
}

TEST(ServerMessages, LeaveOutInfoThatIsNotThere) {
    const json frame = json::parse(member_added("presence-c", "u", std::nullopt));
    EXPECT_EQ(frame["data"], R"({"user_id":"u"})");
}

TEST(ServerMessages, EscapeNamesOfUsers) {
    const std::string user = std::string{"a\"b\\c\n\u2028"} + '\0';
    for (const std::string& text :
         {member_added("presence-c", user, "{}"), member_removed("presence-c", user)}) {
        const json data = json::parse(json::parse(text)["data"].get<std::string>());
        EXPECT_EQ(data["user_id"], user);
    }
    const auto name = scan_json("\"client-x\"");
    EXPECT_EQ(json::parse(channel_event("presence-c", *name, *name, user))["user_id"], user);
}

TEST(ServerMessages, EscapeAChannelNameThatWasRefused) {
    const json frame = json::parse(subscription_error("a\"b", Errc::bad_channel_name, "\"no\""));
    EXPECT_EQ(frame["channel"], "a\"b");
    EXPECT_EQ(frame["data"]["error"], "\"no\"");
    EXPECT_EQ(frame["data"]["status"], 400);
}

TEST(ChannelEvent, ParsesWhateverTheDataIs) {
    const std::string deep = std::string(500, '[') + std::string(500, ']');
    const auto name = scan_json(R"("App\\Events\\\"X\" \ud83d")");
    ASSERT_TRUE(name);
    for (const std::string& source : std::initializer_list<std::string>{
             R"("\ud83d")", R"({"a":"\ud83d\ude00\ude00"})", R"("\u0000\u001f")",
             "\"\u2028\u2029\"", deep, R"({"":"\\q"})", "[1,\t2,\r\n3]", "null", "-0.0e-0",
             R"("\\")", "1e999", R"("{\"nested\":\"\\\"x\\\"\"}")"}) {
        const auto data = scan_json(source);
        ASSERT_TRUE(data) << source;
        const json frame = json::parse(channel_event("c", *name, *data), nullptr, false);
        ASSERT_FALSE(frame.is_discarded()) << source;
        ASSERT_TRUE(frame["data"].is_string());
        EXPECT_EQ(frame["event"], "App\\Events\\\"X\" \uFFFD");
        EXPECT_EQ(frame["data"], data->type == JsonText::Type::string ? decode_json_string(*data)
                                                                      : std::string{data->text});
    }
}

TEST(ChannelEvent, ReservesOnce) {
    const auto name = scan_json("\"e\"");
    const std::string source = "\"" + std::string(5000, 'x') + "\"";
    const std::string frame = channel_event("c", *name, *scan_json(source));
    EXPECT_LE(frame.capacity(), frame.size() + 128);
}

}  // namespace
}  // namespace carillon
