#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/pusher_client.hpp"
#include "support/raw_web_socket.hpp"
#include "support/rest_client.hpp"
#include "support/running_server.hpp"

namespace carillon::test {
namespace {

Configuration small_queues() {
    Configuration configuration = test_configuration(2);
    configuration.connection.max_queued_bytes = 65536;
    return configuration;
}

/// One client that has stopped reading, and one on the other shard that has not.
class SlowReader : public ::testing::Test {
protected:
    SlowReader() {
        const std::string user = R"({"user_id":"slow"})";
        slow.send_text(subscribe_message({}, slow.receive_socket_id(), "presence-flood", user));
        EXPECT_EQ(nlohmann::json::parse(slow.receive_text()).at("event"),
                  "pusher_internal:subscription_succeeded");
        fast.join("presence-flood", "fast");
    }

    /// Publishes one event and sees that `fast` gets it, and nothing twice or out of order.
    void publish() {
        rest.trigger("presence-flood", "part", std::to_string(published) + std::string(8000, 'x'));
        ReceivedEvent event = fast.receive();
        while (event.name == "pusher_internal:member_removed") {
            EXPECT_EQ(event.data, R"({"user_id":"slow"})");
            slow_is_gone = true;
            event = fast.receive();
        }
        EXPECT_EQ(event.name, "part");
        EXPECT_EQ(std::stoul(event.data), published);
        ++published;
    }

    void publish_until_slow_is_gone() {
        while (!slow_is_gone) {
            ASSERT_LT(published * 8000, 32U << 20U) << "what waits for a slow reader is unbounded";
            publish();
        }
    }

    RunningServer server{small_queues()};
    RawWebSocket slow{server.port(0), "/app/app-key", 4096};
    PusherClient fast{server.port(1)};
    RestClient rest{server.port(1)};
    std::size_t published = 0;
    bool slow_is_gone = false;
};

TEST_F(SlowReader, AClientThatResumesReadingGetsWholeFramesThen4100) {
    publish_until_slow_is_gone();
    for (int i = 0; i < 10; ++i) publish();

    std::size_t next = 0;
    auto message = nlohmann::json::parse(slow.receive_text());
    while (message.at("event") != "pusher:error") {
        if (message.at("event") == "part") {
            ASSERT_EQ(std::stoul(message.at("data").get<std::string>()), next++);
        }
        message = nlohmann::json::parse(slow.receive_text());
    }
    EXPECT_GT(next, 0U);
    EXPECT_LT(next, published);
    EXPECT_EQ(message.at("data").at("code"), 4100);
    const ServerFrame close = slow.receive();
    EXPECT_EQ(close.opcode, WsOpcode::close);
    EXPECT_EQ(close.close_code(), 4100);
    EXPECT_EQ(close.close_reason(), message.at("data").at("message"));
    slow.send(WsOpcode::close, close.payload);
    EXPECT_EQ(slow.socket().receive_to_end(), "");
}

TEST_F(SlowReader, AClientThatNeverReadsIsReset) {
    publish_until_slow_is_gone();
    slow.socket().await_reset();
    for (int i = 0; i < 10; ++i) publish();
    static_cast<void>(slow.socket().receive_to_end());
    EXPECT_TRUE(slow.socket().was_reset());
}

}  // namespace
}  // namespace carillon::test
