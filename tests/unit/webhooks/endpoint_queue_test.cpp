#include "endpoint_queue.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>

namespace carillon {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Verdict = Attempt::Verdict;
using Change = EndpointQueue::Change;

class EndpointQueueTest : public ::testing::Test {
protected:
    void push(const std::string& channel, const std::string& text = "e") {
        queue.push({WebhookKind::client_event, channel, text, {}, nullptr}, now);
    }
    /// What may be sent now.
    std::vector<EndpointQueue::Start> start_all() {
        std::vector<EndpointQueue::Start> all;
        while (const auto start = queue.start(now)) all.push_back(*start);
        return all;
    }
    EndpointQueue::Start start() {
        const auto all = start_all();
        EXPECT_EQ(all.size(), 1U);
        return all.empty() ? EndpointQueue::Start{} : all.front();
    }
    static std::vector<std::string> texts(const EndpointQueue::Start& start) {
        std::vector<std::string> texts;
        for (const QueuedEvent& event : start.delivery->events) texts.push_back(event.text);
        return texts;
    }
    Change finish(const EndpointQueue::Start& start, Verdict verdict, Duration retry_after = 0s) {
        return queue.finish(start.lane, {verdict, retry_after}, now);
    }
    void pass(Duration time) {
        now += time;
        queue.expire(now);
    }
    /// The texts that are sent from now on, in order.
    std::vector<std::string> deliver_all() {
        std::vector<std::string> all;
        while (!queue.empty()) {
            for (const auto& batch : start_all()) {
                for (std::string& text : texts(batch)) all.push_back(std::move(text));
                static_cast<void>(finish(batch, Verdict::delivered));
            }
            pass(50ms);
        }
        return all;
    }
    /// Whether the channel's events are in that lane.
    bool is_of_lane(const std::string& channel, std::size_t lane) {
        EndpointQueue other(
            {.batch_delay = 0s}, [] { return 1U; }, [](auto, auto, auto) {});
        other.push({WebhookKind::client_event, channel, "e", {}, nullptr}, now);
        return other.start(now)->lane == lane;
    }
    /// A channel of another lane than the others of these names.
    std::vector<std::string> channels_of_all_lanes() {
        std::map<std::size_t, std::string> by_lane;
        EndpointQueue other(
            {.batch_delay = 0s}, [] { return 1U; }, [](auto, auto, auto) {});
        for (int i = 0; by_lane.size() < EndpointQueue::lanes; ++i) {
            const std::string name = "c" + std::to_string(i);
            other.push({WebhookKind::client_event, name, "e", {}, nullptr}, now);
            const auto started = other.start(now);
            by_lane.emplace(started->lane, name);
            static_cast<void>(other.finish(started->lane, {Verdict::delivered, 0s}, now));
        }
        std::vector<std::string> names;
        for (const auto& [lane, name] : by_lane) names.push_back(name);
        return names;
    }

    struct Dead {
        std::string reason;
        std::vector<std::string> texts;
    };
    std::vector<Dead> dead;
    std::mt19937_64 random{1};
    TimePoint now{1h};
    EndpointQueue queue{QueueRules{}, [this] { return random(); },
                        [this](std::string_view reason, const std::string& id,
                               const std::vector<QueuedEvent>& events) {
                            EXPECT_EQ(id.size(), 32U);
                            dead.push_back({std::string(reason), {}});
                            for (const QueuedEvent& event : events)
                                dead.back().texts.push_back(event.text);
                        }};
};

TEST_F(EndpointQueueTest, CollectsABatchAndSendsItAtOnce) {
    push("c", "1");
    pass(30ms);
    push("c", "2");
    EXPECT_FALSE(queue.start(now));
    EXPECT_EQ(queue.next_due(), now + 20ms);
    pass(20ms);
    EXPECT_THAT(texts(start()), ElementsAre("1", "2"));
    EXPECT_EQ(queue.next_due(), std::nullopt) << "but for the answer";
}

TEST_F(EndpointQueueTest, SendsAFullBatchWithoutDelay) {
    for (int i = 0; i < 150; ++i) push("c");
    const auto first = start();
    EXPECT_EQ(first.delivery->events.size(), 100U);
    EXPECT_EQ(finish(first, Verdict::delivered), Change::none);
    EXPECT_FALSE(queue.start(now));
    pass(50ms);
    EXPECT_EQ(start().delivery->events.size(), 50U);
}

TEST_F(EndpointQueueTest, LimitsTheBytesOfABatchAndSendsALargerEventAlone) {
    push("c", std::string(EndpointQueue::batch_bytes_max - 1, 'a'));
    push("c", "bb");
    push("c", std::string(EndpointQueue::batch_bytes_max + 1, 'c'));
    pass(50ms);
    for (const char expected : {'a', 'b', 'c'}) {
        const auto batch = start();
        ASSERT_EQ(batch.delivery->events.size(), 1U);
        EXPECT_EQ(batch.delivery->events[0].text[0], expected);
        static_cast<void>(finish(batch, Verdict::delivered));
    }
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0U);
}

TEST_F(EndpointQueueTest, HasOneRequestInFlightPerLane) {
    const auto channels = channels_of_all_lanes();
    for (const std::string& channel : channels) push(channel, channel);
    pass(50ms);
    const auto all = start_all();
    EXPECT_EQ(all.size(), EndpointQueue::lanes);
    for (const std::string& channel : channels) push(channel, channel);
    pass(1s);
    EXPECT_THAT(start_all(), IsEmpty());
    static_cast<void>(finish(all[3], Verdict::delivered));
    EXPECT_EQ(start().lane, all[3].lane);
}

TEST_F(EndpointQueueTest, RetriesTheSameDeliveryWithExponentialBackOff) {
    push("c", "1");
    pass(50ms);
    const auto first = start();
    const std::string id = first.delivery->id;
    push("c", "2");
    Duration least = 500ms;
    auto again = first;
    for (int i = 0; i < 4; ++i) {
        static_cast<void>(finish(again, Verdict::failed));
        const Duration wait = *queue.next_due() - now;
        EXPECT_GE(wait, least);
        EXPECT_LE(wait, 2 * least);
        least *= 2;
        pass(wait - 1ms);
        EXPECT_FALSE(queue.start(now));
        pass(1ms);
        again = start();
        EXPECT_EQ(again.delivery->id, id);
        EXPECT_THAT(texts(again), ElementsAre("1"));
    }
    static_cast<void>(finish(again, Verdict::delivered));
    EXPECT_THAT(texts(start()), ElementsAre("2"));
}

TEST_F(EndpointQueueTest, PausesAllLanesForRetryAfter) {
    const auto channels = channels_of_all_lanes();
    push(channels[0]);
    pass(50ms);
    static_cast<void>(finish(start(), Verdict::failed, 20s));
    push(channels[1]);
    pass(19s);
    EXPECT_THAT(start_all(), IsEmpty());
    EXPECT_EQ(queue.next_due(), now + 1s);
    pass(1s);
    EXPECT_EQ(start_all().size(), 2U);
}

TEST_F(EndpointQueueTest, GivesUpADeliveryAnsweredWith410AndContinues) {
    push("c", "1");
    pass(50ms);
    const auto first = start();
    push("c", "2");
    static_cast<void>(finish(first, Verdict::gone));
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].reason, "gone");
    EXPECT_THAT(dead[0].texts, ElementsAre("1"));
    pass(50ms);
    EXPECT_THAT(texts(start()), ElementsAre("2"));
}

TEST_F(EndpointQueueTest, GivesUpADeliveryThatWasRetriedForTooLong) {
    push("c", "1");
    pass(50ms);
    const TimePoint began = now;
    while (dead.empty()) {
        if (const auto again = queue.start(now)) static_cast<void>(finish(*again, Verdict::failed));
        ASSERT_TRUE(queue.next_due());
        ASSERT_GT(*queue.next_due(), now);
        pass(*queue.next_due() - now);
    }
    EXPECT_EQ(now - began, 300s);
    EXPECT_EQ(dead[0].reason, "expired");
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0U);
}

TEST_F(EndpointQueueTest, ExpiresEachEventOfAFailingEndpointInItsOwnTime) {
    push("c", "1");
    pass(50ms);
    static_cast<void>(finish(start(), Verdict::failed));
    pass(100s);
    push("c", "2");
    pass(199s);
    EXPECT_THAT(dead, IsEmpty());
    pass(1s);
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_THAT(dead[0].texts, ElementsAre("1"));
    pass(100s);
    ASSERT_EQ(dead.size(), 2U);
    EXPECT_THAT(dead[1].texts, ElementsAre("2"));
}

TEST_F(EndpointQueueTest, GivesUpNothingWhileDeliveriesSucceed) {
    for (int i = 0; i < 2000; ++i) push("c", std::to_string(i));
    std::vector<std::string> all;
    while (!queue.empty()) {
        const auto batch = start();
        for (const std::string& text : texts(batch)) all.push_back(text);
        pass(50s);  // The endpoint is slow.
        static_cast<void>(finish(batch, Verdict::delivered));
    }
    EXPECT_THAT(dead, IsEmpty());
    ASSERT_EQ(all.size(), 2000U);
    for (int i = 0; i < 2000; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST_F(EndpointQueueTest, GivesUpEventsBeyondTheMaximumOfBytes) {
    queue.set_rules({.bytes_max = 2 * (WaitingEvents::event_overhead + 3)});
    push("c", "1");
    push("c", "2");
    push("c", "3");
    ASSERT_EQ(dead.size(), 1U);
    EXPECT_EQ(dead[0].reason, "overflow");
    EXPECT_THAT(dead[0].texts, ElementsAre("3"));
    EXPECT_EQ(queue.events(), 2U);
}

TEST_F(EndpointQueueTest, AFloodOfOneChannelCostsOnlyItsOwnEvents) {
    queue.set_rules({.bytes_max = 200 * WaitingEvents::event_overhead});
    std::vector<std::string> others;
    for (int i = 0; i < 10000; ++i) {
        push("flood", "f" + std::to_string(i));
        if (i % 500 != 0) continue;
        const std::string name = (i % 1000 == 0 ? "private-" : "news-") + std::to_string(i);
        push(name, name);
        others.push_back(name);
    }
    ASSERT_EQ(others.size(), 20U);
    EXPECT_GT(dead.size(), 9000U);
    for (const Dead& one : dead) {
        EXPECT_EQ(one.reason, "overflow");
        EXPECT_TRUE(one.texts.at(0).starts_with("f"));
    }
    EXPECT_LE(queue.bytes(), 200 * WaitingEvents::event_overhead);
    pass(50ms);
    std::vector<std::string> sent = deliver_all();
    for (const std::string& other : others) EXPECT_EQ(std::ranges::count(sent, other), 1) << other;
    std::erase_if(sent, [](const std::string& text) { return !text.starts_with("f"); });
    for (std::size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(sent[i], "f" + std::to_string(i));
}

TEST_F(EndpointQueueTest, AFloodOfManyPublicChannelsDoesNotCostTheSignedOnes) {
    queue.set_rules({.bytes_max = 200 * WaitingEvents::event_overhead});
    for (int i = 0; i < 40; ++i) push("private-chat", "p" + std::to_string(i));
    for (int i = 0; i < 2000; ++i) push("c" + std::to_string(i), "f");
    pass(50ms);
    std::vector<std::string> sent = deliver_all();
    std::erase_if(sent, [](const std::string& text) { return !text.starts_with("p"); });
    EXPECT_EQ(sent.size(), 40U);
}

TEST_F(EndpointQueueTest, AFloodOfManyChannelsDoesNotCostThoseThatWaitForLonger) {
    queue.set_rules({.bytes_max = 200 * WaitingEvents::event_overhead});
    for (int i = 0; i < 50; ++i) push("customer-orders-room-" + std::to_string(i), "order");
    pass(1ms);
    for (int i = 0; i < 2000; ++i) push("a" + std::to_string(i), "f");
    EXPECT_GT(dead.size(), 1800U);
    for (const Dead& one : dead) EXPECT_EQ(one.texts, std::vector<std::string>{"f"});
}

TEST_F(EndpointQueueTest, SignedChannelsWaitForNoFloodOfPublicOnes) {
    int pushed = 0;
    for (int i = 0; pushed < 1000; ++i) {
        const std::string name = "flood" + std::to_string(i);
        if (is_of_lane(name, 0)) push(name, std::to_string(pushed++));
    }
    for (int i = 0; pushed == 1000; ++i) {
        const std::string name = "private-" + std::to_string(i);
        if (is_of_lane(name, 0)) push(name, std::to_string(pushed++));
    }
    pass(50ms);
    EXPECT_THAT(texts(start()), ::testing::Contains("1000"));
}

TEST_F(EndpointQueueTest, AFloodOfASignedChannelDoesNotCostThePublicOnes) {
    queue.set_rules({.bytes_max = 200 * WaitingEvents::event_overhead});
    for (int i = 0; i < 40; ++i) push("news", "n" + std::to_string(i));
    for (int i = 0; i < 2000; ++i) push("private-flood", "f");
    pass(50ms);
    std::vector<std::string> sent = deliver_all();
    std::erase_if(sent, [](const std::string& text) { return !text.starts_with("n"); });
    EXPECT_EQ(sent.size(), 40U);
}

TEST_F(EndpointQueueTest, ChannelsOfALaneTakeTurns) {
    const std::string flood = channels_of_all_lanes().front();
    std::string other;
    for (int i = 0; other.empty(); ++i) {
        const std::string name = "other" + std::to_string(i);
        if (is_of_lane(name, 0)) other = name;
    }
    for (int i = 0; i < 1000; ++i) push(flood, std::to_string(i));
    push(other, "other 1");
    push(other, "other 2");
    pass(50ms);
    EXPECT_THAT(texts(start()), ::testing::IsSupersetOf({"0", "other 1", "1", "other 2"}));
}

TEST_F(EndpointQueueTest, SendsOneProbeAtATimeToAFailingEndpoint) {
    const auto channels = channels_of_all_lanes();
    for (const std::string& channel : channels) push(channel, channel);
    pass(50ms);
    const auto all = start_all();
    std::vector<Change> changes;
    for (const auto& one : all) changes.push_back(finish(one, Verdict::failed));
    EXPECT_EQ(std::ranges::count(changes, Change::began_failing), 1);
    EXPECT_EQ(queue.breaker(), Breaker::State::open);
    EXPECT_THAT(start_all(), IsEmpty());

    pass(*queue.next_due() - now);
    const auto probe = start();
    EXPECT_EQ(queue.breaker(), Breaker::State::half_open);
    EXPECT_EQ(finish(probe, Verdict::failed), Change::none);
    EXPECT_EQ(queue.breaker(), Breaker::State::open);

    pass(*queue.next_due() - now);
    EXPECT_EQ(finish(start(), Verdict::delivered), Change::recovered);
    EXPECT_EQ(queue.breaker(), Breaker::State::closed);
    EXPECT_EQ(start_all().size(), EndpointQueue::lanes - 1)
        << "all at once, whatever they waited for";
}

TEST_F(EndpointQueueTest, ProbesAFailingEndpointAtLeastEveryTenSeconds) {
    push("c");
    pass(50ms);
    unsigned probes = 0;
    const TimePoint end = now + 250s;
    while (now < end) {
        if (const auto again = queue.start(now)) {
            ++probes;
            static_cast<void>(finish(*again, Verdict::failed));
        }
        const Duration wait = *queue.next_due() - now;
        ASSERT_GT(wait, 0s);
        ASSERT_LE(wait, 60s);
        pass(wait);
    }
    EXPECT_GE(probes, 8U);
    EXPECT_LE(probes, 60U);
}

TEST_F(EndpointQueueTest, RepeatsDroppedRequests) {
    push("c", "1");
    pass(50ms);
    const std::string id = start().delivery->id;
    EXPECT_THAT(start_all(), IsEmpty());
    queue.retry_all(now);
    EXPECT_EQ(start().delivery->id, id);
}

TEST_F(EndpointQueueTest, RestoresWhatWasTakenInOrderAndBeforeNewEvents) {
    for (int i = 0; i < 130; ++i) push("c", std::to_string(i));
    const std::string id = start().delivery->id;
    std::vector<Delivery> rest = queue.take_all(now);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0U);
    ASSERT_EQ(rest.size(), 2U);
    EXPECT_EQ(rest[0].id, id);
    EXPECT_EQ(rest[1].id.size(), 32U);

    for (Delivery& delivery : rest) {
        Delivery restored;  // As a file keeps it.
        restored.id = delivery.id;
        restored.events = std::move(delivery.events);
        queue.restore(std::move(restored), now);
    }
    push("c", "130");
    EXPECT_EQ(queue.events(), 131U);
    auto batch = start();
    EXPECT_EQ(batch.delivery->id, id);
    EXPECT_EQ(batch.delivery->attempts, 1U);
    EXPECT_EQ(texts(batch).front(), "0");
    static_cast<void>(finish(batch, Verdict::delivered));
    batch = start();
    EXPECT_EQ(batch.delivery->id, rest[1].id);
    EXPECT_EQ(texts(batch).front(), "100");
    EXPECT_EQ(texts(batch).back(), "129");
    static_cast<void>(finish(batch, Verdict::delivered));
    pass(50ms);
    EXPECT_THAT(texts(start()), ElementsAre("130"));
}

TEST_F(EndpointQueueTest, FlushesWithoutWaitingForABatch) {
    push("c");
    QueueRules rules;
    rules.batch_delay = 0s;
    queue.set_rules(rules);
    EXPECT_EQ(start().delivery->events.size(), 1U);
}

TEST_F(EndpointQueueTest, RetriesNowWhenAsked) {
    push("c");
    pass(50ms);
    for (unsigned i = 0; i < Breaker::failures_max; ++i) {
        queue.retry_now(now);
        static_cast<void>(finish(start(), Verdict::failed));
        EXPECT_FALSE(queue.start(now));
    }
    EXPECT_EQ(queue.breaker(), Breaker::State::open);
    queue.retry_now(now);
    EXPECT_EQ(finish(start(), Verdict::delivered), Change::recovered);
}

/// Whatever an endpoint does, each channel's events arrive at least once and in order, and time
/// alone never leaves the queue with something to do that it does not do.
TEST_F(EndpointQueueTest, KeepsTheOrderOfEachChannel) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        std::mt19937_64 dice(seed);
        EndpointQueue tested(
            {.batch_events_max = 1 + dice() % 10}, [&] { return dice(); },
            [](auto, auto, auto) { ADD_FAILURE() << "nothing is given up"; });
        TimePoint time{1h};
        std::map<std::string, int> pushed;
        std::map<std::string, int> arrived;
        std::vector<EndpointQueue::Start> under_way;
        int left = 300;
        int steps = 0;
        while (left > 0 || !tested.empty()) {
            ASSERT_LT(++steps, 100000) << seed;
            const auto choice = dice() % 4;
            if (choice == 0 && left > 0) {
                const std::string channel = "c" + std::to_string(dice() % 20);
                const std::string number = std::to_string(pushed[channel]++);
                tested.push({WebhookKind::client_event, channel, number, {}, nullptr}, time);
                --left;
            } else if (choice == 1) {
                if (const auto started = tested.start(time)) under_way.push_back(*started);
            } else if (choice == 2 && !under_way.empty()) {
                const auto at = static_cast<std::ptrdiff_t>(dice() % under_way.size());
                const auto done = under_way[static_cast<std::size_t>(at)];
                under_way.erase(under_way.begin() + at);
                const bool good = dice() % 3 != 0;
                if (good) {
                    for (const QueuedEvent& event : done.delivery->events) {
                        ASSERT_EQ(event.text, std::to_string(arrived[event.subject]++)) << seed;
                    }
                }
                static_cast<void>(tested.finish(
                    done.lane, {good ? Verdict::delivered : Verdict::failed, 0s}, time));
            } else if (under_way.empty() && tested.next_due()) {
                ASSERT_TRUE(*tested.next_due() > time || tested.start(time)) << seed;
                tested.retry_all(time);
                time = std::max(time, *tested.next_due());
            }
        }
        EXPECT_EQ(arrived, pushed) << seed;
    }
}

}  // namespace
}  // namespace carillon
