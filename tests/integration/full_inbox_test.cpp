#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "carillon/channels/partition.hpp"
#include "support/pusher_client.hpp"
#include "support/rest_client.hpp"
#include "support/running_server.hpp"

namespace carillon::test {
namespace {

constexpr std::uint16_t shard_count = 4;
constexpr std::size_t events_each = 500;  // A publisher; one publisher a shard.

using EventsByChannel = std::map<std::string, std::vector<std::string>>;

/// Two channels for every home.
std::vector<std::string> channels_of_all_homes() {
    std::vector<std::string> channels;
    std::array<int, shard_count> found{};
    for (int i = 0; channels.size() < 2 * shard_count; ++i) {
        std::string name = "channel-" + std::to_string(i);
        const auto home = static_cast<std::size_t>(home_of("app-id", name, shard_count));
        if (found[home]++ < 2) channels.push_back(std::move(name));
    }
    return channels;
}

void publish(std::uint16_t port, const std::string& publisher,
             const std::vector<std::string>& channels) {
    RestClient rest(port);
    for (std::size_t n = 0; n < events_each; ++n) {
        rest.trigger(channels[n % channels.size()], "event", publisher + std::to_string(n));
    }
}

EventsByChannel receive_all(PusherClient& client) {
    EventsByChannel events;
    for (std::size_t n = 0; n < shard_count * events_each; ++n) {
        const ReceivedEvent event = client.receive("event");
        events[event.channel].push_back(event.data);
    }
    return events;
}

/// Each publisher's events are all there, in its order.
void expect_complete(const EventsByChannel& events, const std::vector<std::string>& channels) {
    for (std::size_t at = 0; at < channels.size(); ++at) {
        std::map<char, std::vector<std::string>> by_publisher;
        for (const std::string& data : events.at(channels[at]))
            by_publisher[data[0]].push_back(data);
        std::vector<std::string> expected;
        for (std::size_t n = at; n < events_each; n += channels.size()) {
            expected.push_back(std::to_string(n));
        }
        for (auto [publisher, received] : by_publisher) {
            for (std::string& data : received) data.erase(0, 1);
            EXPECT_EQ(received, expected) << channels[at] << ", publisher " << publisher;
        }
        EXPECT_EQ(by_publisher.size(), shard_count);
    }
}

TEST(FullInbox, RequestsWaitAndNothingAcceptedIsLost) {
    ServerTuning tuning = port_per_shard();
    tuning.inbox_bytes_max = 1;
    const RunningServer server(test_configuration(shard_count), tuning);
    const std::vector<std::string> channels = channels_of_all_homes();
    std::vector<PusherClient> clients;
    for (std::size_t i = 0; i < shard_count; ++i) {
        clients.emplace_back(server.port(i));
        for (const std::string& channel : channels) clients.back().subscribe(channel);
    }
    std::vector<std::thread> publishers;
    for (std::size_t i = 0; i < shard_count; ++i) {
        publishers.emplace_back(publish, server.port(i), std::string(1, static_cast<char>('a' + i)),
                                std::cref(channels));
    }
    for (std::thread& publisher : publishers) publisher.join();

    const EventsByChannel first = receive_all(clients[0]);
    expect_complete(first, channels);
    for (std::size_t i = 1; i < shard_count; ++i) EXPECT_EQ(receive_all(clients[i]), first);
    RestClient(server.port()).trigger(channels[0], "last", "{}");
    for (PusherClient& client : clients) EXPECT_EQ(client.receive().name, "last");
}

TEST(FullInbox, ClientsThatFillItAreReadLaterAndOthersAreServed) {
    constexpr std::size_t subscriptions = 300;
    ServerTuning tuning = port_per_shard();
    tuning.inbox_bytes_max = 2000;  // A few joins.
    const RunningServer server(test_configuration(shard_count), tuning);
    PusherClient busy(server.port(0));
    PusherClient other(server.port(1));
    RestClient rest(server.port(2));
    std::set<std::string> expected;
    for (std::size_t i = 0; i < subscriptions; ++i) {
        const std::string channel = "channel-" + std::to_string(i);
        busy.send_text(R"({"event":"pusher:subscribe","data":{"channel":")" + channel + R"("}})");
        expected.insert(channel);
    }
    for (int i = 0; i < 20; ++i) {
        other.subscribe("other-" + std::to_string(i));
        rest.trigger("other-" + std::to_string(i), "event", "{}");
        EXPECT_EQ(other.receive().name, "event");
    }
    std::set<std::string> subscribed;
    for (std::size_t i = 0; i < subscriptions; ++i) {
        subscribed.insert(busy.receive("pusher_internal:subscription_succeeded").channel);
    }
    EXPECT_EQ(subscribed, expected);
}

}  // namespace
}  // namespace carillon::test
