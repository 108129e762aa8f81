#pragma once

#include <cstdint>
#include <vector>

#include "bus_message.hpp"

namespace carillon {

/// The counter of the last message that was applied of each of some producers. Pure.
class ProducerCounters {
public:
    struct Producer {
        std::uint64_t id;
        std::uint64_t counter;
    };

    /// Notes a message as applied. False if it, or a later one of the producer, was applied before.
    bool mark_applied(std::uint64_t producer, std::uint64_t counter);
    [[nodiscard]] bool has_applied(std::uint64_t producer, std::uint64_t counter) const noexcept;

    [[nodiscard]] const std::vector<Producer>& all() const noexcept { return all_; }

private:
    /// Beyond it, the producer that was noted first is dropped: nodes come and go.
    static constexpr std::size_t producers_max = 256;

    std::vector<Producer> all_;
};

/// How far a node has followed a topic's messages. A message is applied only if it is the next one;
/// after a gap the ring is read. Pure.
///
/// An epoch is one life of one Redis server. Within an epoch messages are compared by number.
/// Numbers of different epochs cannot be compared: then the whole ring is read, and the messages
/// applied before are recognised by their producers. Each producer counts its messages, and Redis
/// accepts them in that order, so a node that has one of them has all before it.
class TopicSequence {
public:
    enum class Fit : std::uint8_t { next, known, missing };

    /// False until the first read: no message can be applied.
    [[nodiscard]] bool is_based() const noexcept { return epoch_ != 0; }
    [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }
    /// The last number that was applied.
    [[nodiscard]] std::uint64_t last() const noexcept { return last_; }

    /// Messages that the node had applied before it followed this topic are old here, too, even if
    /// they are published again to a Redis that has lost them.
    void begin_after(const ProducerCounters& applied) { producers_ = applied; }

    /// After a read: everything up to `last` of `epoch` is applied.
    void settle(std::uint64_t epoch, std::uint64_t last) noexcept {
        epoch_ = epoch;
        last_ = last;
    }

    [[nodiscard]] Fit judge(const BusMessage& message) const noexcept;
    /// `message` is `Fit::next`.
    void advance(const BusMessage& message) noexcept { last_ = message.sequence; }

    /// See ProducerCounters.
    bool mark_applied(std::uint64_t producer, std::uint64_t counter) {
        return producers_.mark_applied(producer, counter);
    }
    [[nodiscard]] bool has_applied(std::uint64_t producer, std::uint64_t counter) const noexcept {
        return producers_.has_applied(producer, counter);
    }

private:
    std::uint64_t epoch_ = 0;
    std::uint64_t last_ = 0;
    ProducerCounters producers_;
};

}  // namespace carillon
