#include "publish_buffer.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace carillon {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};
constexpr std::size_t plenty = 1U << 20U;

PendingEvent event(std::string text, std::size_t cost = 10) {
    PendingEvent event;
    event.text = std::move(text);
    event.cost = cost;
    return event;
}

PublishBuffer buffer_of(std::size_t events, std::size_t confirmed_bytes_max = plenty) {
    PublishBuffer buffer(confirmed_bytes_max);
    for (std::size_t i = 1; i <= events; ++i) buffer.push(event(std::to_string(i)));
    return buffer;
}

std::vector<std::uint64_t> take_all(PublishBuffer& buffer) {
    std::vector<std::uint64_t> counters;
    while (const PendingEvent* const next = buffer.next()) counters.push_back(next->counter);
    return counters;
}

using Counters = std::vector<std::uint64_t>;

TEST(PublishBuffer, IsEmptyAtFirst) {
    PublishBuffer buffer(plenty);
    EXPECT_EQ(buffer.next(), nullptr);
    EXPECT_EQ(buffer.oldest_unconfirmed(), nullptr);
    EXPECT_EQ(buffer.find(0), nullptr);
    EXPECT_EQ(buffer.find(1), nullptr);
    buffer.rewind();
    buffer.rewind_all();
    buffer.restart_clock(start);
    buffer.forget(start);
    EXPECT_EQ(buffer.size(), 0U);
    EXPECT_EQ(buffer.bytes(), 0U);
}

TEST(PublishBuffer, CountsAndGivesOutInOrder) {
    PublishBuffer buffer(plenty);
    EXPECT_EQ(buffer.push(event("a", 10)).counter, 1U);
    EXPECT_EQ(buffer.push(event("b", 20)).counter, 2U);
    EXPECT_EQ(buffer.bytes(), 30U);
    EXPECT_EQ(take_all(buffer), (Counters{1, 2}));
    EXPECT_EQ(buffer.push(event("c")).counter, 3U);
    EXPECT_EQ(buffer.next()->text, "c");
    EXPECT_EQ(buffer.next(), nullptr);
}

TEST(PublishBuffer, FindsWhatItKeeps) {
    PublishBuffer buffer = buffer_of(3);
    EXPECT_EQ(buffer.find(0), nullptr);
    for (std::uint64_t counter = 1; counter <= 3; ++counter) {
        ASSERT_NE(buffer.find(counter), nullptr);
        EXPECT_EQ(buffer.find(counter)->text, std::to_string(counter));
    }
    EXPECT_EQ(buffer.find(4), nullptr);
    EXPECT_EQ(buffer.find(~std::uint64_t{0}), nullptr);
}

TEST(PublishBuffer, RewindsToWhatIsNotConfirmed) {
    PublishBuffer buffer = buffer_of(4);
    EXPECT_EQ(take_all(buffer), (Counters{1, 2, 3, 4}));
    buffer.confirm(*buffer.find(1), start);
    buffer.confirm(*buffer.find(3), start);
    buffer.rewind();
    EXPECT_EQ(take_all(buffer), (Counters{2, 4}));
}

TEST(PublishBuffer, RewindsToAllThatItKeeps) {
    PublishBuffer buffer = buffer_of(3);
    take_all(buffer);
    for (std::uint64_t counter = 1; counter <= 3; ++counter) {
        buffer.confirm(*buffer.find(counter), start);
    }
    EXPECT_EQ(buffer.oldest_unconfirmed(), nullptr);
    buffer.rewind_all();
    ASSERT_NE(buffer.oldest_unconfirmed(), nullptr);
    EXPECT_EQ(buffer.oldest_unconfirmed()->counter, 1U);
    EXPECT_EQ(take_all(buffer), (Counters{1, 2, 3}));
    buffer.forget(start + 1h);
    EXPECT_EQ(buffer.size(), 3U) << "none is confirmed any more";
}

TEST(PublishBuffer, ForgetsTenSecondsAfterTheConfirmation) {
    PublishBuffer buffer = buffer_of(2);
    take_all(buffer);
    buffer.confirm(*buffer.find(1), start);
    buffer.forget(start + 10s - 1ns);
    EXPECT_EQ(buffer.size(), 2U);
    buffer.forget(start + 10s);
    EXPECT_EQ(buffer.size(), 1U);
    EXPECT_EQ(buffer.find(1), nullptr);
    EXPECT_EQ(buffer.bytes(), 10U);
    buffer.forget(start + 1h);
    EXPECT_EQ(buffer.size(), 1U) << "the other is not confirmed";
}

TEST(PublishBuffer, KeepsTheTimeOfTheFirstConfirmation) {
    PublishBuffer buffer = buffer_of(1);
    take_all(buffer);
    buffer.confirm(*buffer.find(1), start);
    buffer.confirm(*buffer.find(1), start + 5s);
    buffer.forget(start + 10s);
    EXPECT_EQ(buffer.size(), 0U);
}

TEST(PublishBuffer, ForgetsInOrder) {
    PublishBuffer buffer = buffer_of(2);
    take_all(buffer);
    buffer.confirm(*buffer.find(2), start);
    buffer.forget(start + 1h);
    EXPECT_EQ(buffer.size(), 2U) << "one before it is not confirmed";
    buffer.confirm(*buffer.find(1), start + 1h);
    buffer.forget(start + 1h + 10s);
    EXPECT_EQ(buffer.size(), 0U);
}

TEST(PublishBuffer, DoesNotCountTimeWithoutRedis) {
    PublishBuffer buffer = buffer_of(2);
    take_all(buffer);
    buffer.confirm(*buffer.find(1), start);
    buffer.restart_clock(start + 1h);
    buffer.forget(start + 1h + 10s - 1ns);
    EXPECT_EQ(buffer.size(), 2U);
    buffer.forget(start + 1h + 10s);
    EXPECT_EQ(buffer.size(), 1U);
    EXPECT_EQ(buffer.oldest_unconfirmed()->counter, 2U) << "which it does not confirm";
}

TEST(PublishBuffer, LetsConfirmedEventsGoBeyondTheirBound) {
    PublishBuffer buffer = buffer_of(4, 20);
    take_all(buffer);
    buffer.confirm(*buffer.find(1), start);
    buffer.confirm(*buffer.find(2), start);
    EXPECT_EQ(buffer.size(), 4U) << "20 bytes: as many as may be";
    buffer.confirm(*buffer.find(3), start);
    EXPECT_EQ(buffer.find(1), nullptr);
    EXPECT_EQ(buffer.size(), 3U);
    EXPECT_EQ(buffer.bytes(), 30U);
}

TEST(PublishBuffer, KeepsWhatIsNotConfirmedWhateverTheBound) {
    PublishBuffer buffer = buffer_of(3, 0);
    take_all(buffer);
    buffer.confirm(*buffer.find(2), start);
    buffer.confirm(*buffer.find(3), start);
    EXPECT_EQ(buffer.size(), 3U) << "the first is not confirmed, and they go in order";
    buffer.confirm(*buffer.find(1), start);
    EXPECT_EQ(buffer.size(), 3U) << "nor does the one go that is being confirmed";
    buffer.push(event("4"));
    buffer.confirm(*buffer.find(4), start);
    EXPECT_EQ(buffer.size(), 1U);
    EXPECT_EQ(buffer.find(4)->text, "4");
}

TEST(PublishBuffer, CountsTheBoundAnewAfterRewindingAll) {
    PublishBuffer buffer = buffer_of(3, 20);
    take_all(buffer);
    buffer.confirm(*buffer.find(1), start);
    buffer.confirm(*buffer.find(2), start);
    buffer.rewind_all();
    take_all(buffer);
    buffer.confirm(*buffer.find(1), start);
    buffer.confirm(*buffer.find(2), start);
    EXPECT_EQ(buffer.size(), 3U);
    buffer.confirm(*buffer.find(3), start);
    EXPECT_EQ(buffer.size(), 2U);
}

TEST(PublishBuffer, KnowsWhichWaitsLongest) {
    PublishBuffer buffer = buffer_of(3);
    EXPECT_EQ(buffer.oldest_unconfirmed()->counter, 1U) << "sent or not";
    take_all(buffer);
    buffer.confirm(*buffer.find(2), start);
    EXPECT_EQ(buffer.oldest_unconfirmed()->counter, 1U);
    buffer.confirm(*buffer.find(1), start);
    EXPECT_EQ(buffer.oldest_unconfirmed()->counter, 3U);
    buffer.forget(start + 10s);
    EXPECT_EQ(buffer.oldest_unconfirmed()->counter, 3U);
    buffer.confirm(*buffer.find(3), start);
    EXPECT_EQ(buffer.oldest_unconfirmed(), nullptr);
    buffer.push(event("4"));
    EXPECT_EQ(buffer.oldest_unconfirmed()->counter, 4U);
}

TEST(PublishBuffer, KeepsItsPlaceWhenOthersGo) {
    PublishBuffer buffer = buffer_of(5);
    for (int i = 0; i < 3; ++i) (void)buffer.next();
    buffer.confirm(*buffer.find(1), start);
    buffer.confirm(*buffer.find(2), start);
    buffer.forget(start + 10s);
    EXPECT_EQ(buffer.find(2), nullptr);
    EXPECT_EQ(buffer.find(3)->text, "3");
    EXPECT_EQ(buffer.find(5)->text, "5");
    EXPECT_EQ(take_all(buffer), (Counters{4, 5}));
    buffer.rewind();
    EXPECT_EQ(take_all(buffer), (Counters{3, 4, 5}));
}

TEST(PublishBuffer, GivesOutTheRestIfWhatGoesWasNotGivenOutAgain) {
    PublishBuffer buffer = buffer_of(3);
    take_all(buffer);
    buffer.rewind();
    buffer.confirm(*buffer.find(1), start);  // A late answer.
    buffer.forget(start + 10s);
    EXPECT_EQ(take_all(buffer), (Counters{2, 3}));
}

/// What the buffer is to do, without an index anywhere.
struct Naive {
    struct Kept {
        std::uint64_t counter;
        std::size_t cost;
        bool sent = false;
        std::optional<TimePoint> confirmed = std::nullopt;
    };
    std::size_t confirmed_bytes_max;
    std::vector<Kept> kept{};
    std::uint64_t last = 0;

    [[nodiscard]] std::size_t bytes(bool confirmed_only) const {
        std::size_t sum = 0;
        for (const Kept& one : kept) {
            if (one.confirmed || !confirmed_only) sum += one.cost;
        }
        return sum;
    }
    Kept* find(std::uint64_t counter) {
        for (Kept& one : kept) {
            if (one.counter == counter) return &one;
        }
        return nullptr;
    }
    std::uint64_t next() {
        for (Kept& one : kept) {
            if (one.sent || one.confirmed) continue;
            one.sent = true;
            return one.counter;
        }
        return 0;
    }
    void confirm(std::uint64_t counter, TimePoint now) {
        Kept& event = *find(counter);
        if (event.confirmed) return;
        event.confirmed = now;
        while (bytes(true) > confirmed_bytes_max && kept.front().confirmed &&
               kept.front().counter != counter) {
            kept.erase(kept.begin());
        }
    }
    void forget(TimePoint answered) {
        while (!kept.empty() && kept.front().confirmed &&
               *kept.front().confirmed + 10s <= answered) {
            kept.erase(kept.begin());
        }
    }
    [[nodiscard]] std::uint64_t oldest_unconfirmed() const {
        for (const Kept& one : kept) {
            if (!one.confirmed) return one.counter;
        }
        return 0;
    }
};

std::uint64_t counter_of(const PendingEvent* event) {
    return event == nullptr ? 0 : event->counter;
}

void expect_same(PublishBuffer& buffer, Naive& naive) {
    ASSERT_EQ(buffer.size(), naive.kept.size());
    ASSERT_EQ(buffer.bytes(), naive.bytes(false));
    ASSERT_EQ(counter_of(buffer.oldest_unconfirmed()), naive.oldest_unconfirmed());
    for (std::uint64_t counter = 0; counter <= naive.last + 1; ++counter) {
        const PendingEvent* const found = buffer.find(counter);
        const Naive::Kept* const known = naive.find(counter);
        ASSERT_EQ(found == nullptr, known == nullptr) << counter;
        if (found == nullptr) continue;
        ASSERT_EQ(found->counter, counter);
        ASSERT_EQ(found->confirmed, known->confirmed);
    }
}

void play(unsigned seed) {
    std::mt19937 random(seed);
    const std::size_t confirmed_bytes_max = random() % 200;
    PublishBuffer buffer(confirmed_bytes_max);
    Naive naive{confirmed_bytes_max};
    TimePoint now = start;
    for (int step = 0; step < 300; ++step) {
        now += std::chrono::milliseconds(random() % 2000);
        switch (random() % 16) {
            case 0:
                buffer.rewind();
                for (Naive::Kept& one : naive.kept) one.sent = false;
                break;
            case 1:
                if (random() % 4 != 0) break;
                buffer.rewind_all();
                for (Naive::Kept& one : naive.kept) one = {one.counter, one.cost};
                break;
            case 2:
                buffer.restart_clock(now);
                for (Naive::Kept& one : naive.kept) {
                    if (one.confirmed) one.confirmed = now;
                }
                break;
            case 3:
            case 4:
                buffer.forget(now);
                naive.forget(now);
                break;
            case 5:
            case 6:
            case 7:
            case 8:
                if (!naive.kept.empty()) {
                    // Mostly in order, as Redis answers.
                    const std::size_t place = random() % 4 == 0 ? random() % naive.kept.size() : 0;
                    const std::uint64_t counter =
                        random() % 2 == 0 && naive.oldest_unconfirmed() != 0
                            ? naive.oldest_unconfirmed()
                            : naive.kept[place].counter;
                    buffer.confirm(*buffer.find(counter), now);
                    naive.confirm(counter, now);
                }
                break;
            case 9:
            case 10:
            case 11:
                ASSERT_EQ(counter_of(buffer.next()), naive.next());
                break;
            default: {
                const std::size_t cost = random() % 60;
                buffer.push(event("", cost));
                naive.kept.push_back({++naive.last, cost});
            }
        }
        ASSERT_NO_FATAL_FAILURE(expect_same(buffer, naive)) << "step " << step;
    }
}

TEST(PublishBuffer, IsAsANaiveOneWhateverHappens) {
    for (unsigned seed = 0; seed < 100; ++seed) {
        ASSERT_NO_FATAL_FAILURE(play(seed)) << "seed " << seed;
    }
}

}  // namespace
}  // namespace carillon
