#include "bus_message.hpp"

#include <gtest/gtest.h>

#include "carillon/base/hash.hpp"

namespace carillon {
namespace {

using Kind = BusMessage::Kind;
using namespace std::string_view_literals;

TEST(BusMessage, HasTheFieldsThatTheScriptsWrite) {
    const auto message = BusMessage::parse("run-a 12 1 1700000000000 host-1 34 e 5.6 {\"a\":1}");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->epoch, fnv1a("run-a"));
    EXPECT_EQ(message->sequence, 12U);
    EXPECT_TRUE(message->first);
    EXPECT_EQ(message->producer, fnv1a("host-1"));
    EXPECT_EQ(message->counter, 34U);
    EXPECT_EQ(message->kind, Kind::event);
    EXPECT_EQ(message->excluded, (SocketId{5, 6}));
    EXPECT_EQ(message->body, "{\"a\":1}");
}

TEST(BusMessage, IsOfEveryKind) {
    for (const Kind kind : {Kind::event, Kind::terminate, Kind::member_added, Kind::member_removed,
                            Kind::count, Kind::online, Kind::offline}) {
        const std::string text =
            std::string("run 1 0 0 node.1 65537 ") + static_cast<char>(kind) + " - body";
        const auto message = BusMessage::parse(text);
        ASSERT_TRUE(message) << text;
        EXPECT_EQ(message->kind, kind);
        EXPECT_FALSE(message->first);
        EXPECT_EQ(message->excluded, SocketId{});
        EXPECT_EQ(message->body, "body");
    }
}

TEST(BusMessage, CarriesAnyBody) {
    for (const std::string_view body : {""sv, " "sv, "two  words "sv, "a\0b"sv, "* - e"sv, "\n\r"sv,
                                        "Gl\xC3\xB6"
                                        "ckchen \xF0\x9F\x94\x94"sv,
                                        "\xFF\xFE"sv}) {
        const std::string text = std::string("run 1 0 0 host 2 e - ").append(body);
        const auto message = BusMessage::parse(text);
        ASSERT_TRUE(message);
        EXPECT_EQ(message->body, body);
    }
}

TEST(BusMessage, CountsAsFarAsNumbersGo) {
    const auto message =
        BusMessage::parse("run 9007199254740993 0 0 host 18446744073709551615 e - x");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->sequence, 9007199254740993U);
    EXPECT_EQ(message->counter, 18446744073709551615U);
    EXPECT_FALSE(BusMessage::parse("run 18446744073709551616 0 0 host 1 e - x"));
    EXPECT_FALSE(BusMessage::parse("run 1 0 0 host 18446744073709551616 e - x"));
}

TEST(BusMessage, IsNothingIfItIsNoneOfOurs) {
    for (const std::string_view text :
         {""sv, " "sv, "\0"sv, "hello"sv, "*"sv, "hello there"sv, "run x 0 0 host 1 e - x"sv,
          "run -1 0 0 host 1 e - x"sv, "run 1x 0 0 host 1 e - x"sv, "run  0 0 host 1 e - x"sv,
          "run 1 0 0 host x e - x"sv, "run 1 0 0 host  e - x"sv, "run 1 0 0 host 1"sv,
          "run 1 0 0 host 1  - x"sv, "run 1 0 0 host 1 ee - x"sv, "{\"event\":\"e\"}"sv}) {
        EXPECT_FALSE(BusMessage::parse(text)) << text;
    }
}

TEST(BusMessage, ExcludesNoSocketIfItNamesNone) {
    for (const std::string_view excluded : {"-", "", "5", "5.", "x.y"}) {
        const std::string text =
            std::string("run 1 0 0 host 1 e ").append(excluded).append(" body");
        const auto message = BusMessage::parse(text);
        ASSERT_TRUE(message);
        EXPECT_EQ(message->excluded, SocketId{}) << excluded;
        EXPECT_EQ(message->body, "body");
    }
}

TEST(BusMessage, ParsesAClientEvent) {
    for (const std::string_view body : {""sv, " a  b "sv, "a\0b"sv, "{\"\xC3\xB6\":1}"sv}) {
        const std::string text = client_event_message("host-1", {3, 4}, body);
        const auto message = BusMessage::parse(text);
        ASSERT_TRUE(message);
        EXPECT_EQ(message->kind, Kind::client_event);
        EXPECT_EQ(message->producer, fnv1a("host-1"));
        EXPECT_EQ(message->excluded, (SocketId{3, 4}));
        EXPECT_EQ(message->body, body);
        EXPECT_EQ(message->sequence, 0U);
    }
    EXPECT_EQ(client_event_message("host", {}, "x"), "* host - x");
}

TEST(BusMessage, IsSoundIfClientsCanReadIt) {
    const auto is_sound = [](char kind, std::string_view body, std::string_view number = "1") {
        std::string text = "run ";
        text.append(number).append(" 0 0 host 2 ").append(1, kind).append(" - ").append(body);
        const auto message = BusMessage::parse(text);
        return message && message->is_sound();
    };
    const std::string event = R"({"event":"e","channel":"c","data":"x"})";
    EXPECT_TRUE(is_sound('e', event));
    EXPECT_FALSE(is_sound('e', event, "9007199254740993"));
    EXPECT_TRUE(is_sound('a', "2 u1{}"));
    EXPECT_TRUE(is_sound('a', "2 u1"));
    EXPECT_TRUE(is_sound('r', "2 u1"));
    EXPECT_TRUE(is_sound('k', "12"));
    EXPECT_TRUE(is_sound('t', ""));
    EXPECT_TRUE(is_sound('?', "of a later release"));
    for (const std::string_view body :
         {"", "x", "1", "[]", "{}", "{}x", "{\"event\":\"e\"}", "{\"a\":\"\xff\"}", "{}\xf0"}) {
        EXPECT_FALSE(is_sound('e', body)) << body;
    }
    for (const std::string_view body : {"", "u1", "3 u1", "1 \xff", "1 \xc3\xa9{}", "2 u1{"}) {
        EXPECT_FALSE(is_sound('a', body)) << body;
    }
    EXPECT_FALSE(is_sound('k', "12x"));
    EXPECT_FALSE(is_sound('t', "", "18446744073709551615"));
    EXPECT_FALSE(BusMessage::parse("* host - \xff")->is_sound());
}

TEST(BusMessage, NamesTheExcludedSocket) {
    EXPECT_EQ(excluded_text({}), "-");
    EXPECT_EQ(excluded_text({1, 2}), "1.2");
}

TEST(MemberChange, HasTheIdAndTheInfo) {
    const auto change = MemberChange::parse("2 u1{\"name\":\"a b\"}");
    ASSERT_TRUE(change);
    EXPECT_EQ(change->user_id, "u1");
    EXPECT_EQ(change->info, "{\"name\":\"a b\"}");
}

TEST(MemberChange, TakesAnyIdAndNoInfo) {
    for (const std::string_view id :
         {""sv, " "sv, "7"sv, "7 8"sv, "a\0b"sv, "\xF0\x9F\x94\x94"sv}) {
        const std::string body = std::to_string(id.size()).append(" ").append(id);
        const auto change = MemberChange::parse(body);
        ASSERT_TRUE(change) << body;
        EXPECT_EQ(change->user_id, id);
        EXPECT_EQ(change->info, "");
    }
}

TEST(MemberChange, IsNothingIfTheIdIsCutShort) {
    EXPECT_TRUE(MemberChange::parse("3 abc"));
    for (const std::string_view body :
         {""sv, " "sv, "4 abc"sv, "3"sv, "x abc"sv, "-1 abc"sv, "3x abc"sv,
          "99999999999999999999 abc"sv, "18446744073709551615 abc"sv}) {
        EXPECT_FALSE(MemberChange::parse(body)) << body;
    }
}

}  // namespace
}  // namespace carillon
