#pragma once

#include <cstdint>
#include <vector>

#include "bus_message.hpp"

namespace carillon {

/// Up to which message each of some producers was applied. Pure.
class ProducerCounters {
public:
    struct Producer {
        std::uint64_t id;
        std::uint64_t counter;
    };

    /// True if nothing was heard yet of what `producer` counts as `counter`; from now on it was.
    bool hear(std::uint64_t producer, std::uint64_t counter);
    [[nodiscard]] bool has_applied(std::uint64_t producer, std::uint64_t counter) const noexcept;

    [[nodiscard]] const std::vector<Producer>& all() const noexcept { return all_; }

private:
    /// Nodes come and go; those that were heard of first are forgotten first.
    static constexpr std::size_t producers_max = 256;

    std::vector<Producer> all_;
};

/// How far a node is in what is said of a topic. Messages are taken only at their place; whatever
/// does not fit is read from the ring. Pure.
///
/// An epoch is one life of one Redis server. Within one, places are compared by number. From one to
/// the next they cannot be: then the whole ring is read, and what is known is told by who said it.
/// Each producer counts its messages, and Redis takes them in that order, so of each producer a
/// node knows everything up to the last that it has.
class TopicSequence {
public:
    enum class Fit : std::uint8_t { next, known, missing };

    /// False until the first read: nothing fits.
    [[nodiscard]] bool is_based() const noexcept { return epoch_ != 0; }
    [[nodiscard]] std::uint64_t epoch() const noexcept { return epoch_; }
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

    /// What was heard before anybody listened to this topic is nothing to it, even if it is said
    /// again, to a Redis that has lost it.
    void begin_after(const ProducerCounters& heard) { producers_ = heard; }

    /// Everything up to `number` is known, as the server of `epoch` has it.
    void settle(std::uint64_t epoch, std::uint64_t number) noexcept {
        epoch_ = epoch;
        number_ = number;
    }

    [[nodiscard]] Fit judge(const BusMessage& message) const noexcept;
    /// `message` has its place next.
    void advance(const BusMessage& message) noexcept { number_ = message.number; }

    /// True if nothing was heard yet of what `producer` counts as `counter`; from now on it was.
    bool hear(std::uint64_t producer, std::uint64_t counter) {
        return producers_.hear(producer, counter);
    }
    [[nodiscard]] bool has_applied(std::uint64_t producer, std::uint64_t counter) const noexcept {
        return producers_.has_applied(producer, counter);
    }

private:
    std::uint64_t epoch_ = 0;
    std::uint64_t number_ = 0;
    ProducerCounters producers_;
};

}  // namespace carillon
