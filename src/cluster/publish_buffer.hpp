#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "carillon/base/ids.hpp"
#include "carillon/base/time.hpp"
#include "carillon/channels/shard_message.hpp"

namespace carillon {

/// An event on its way into Redis.
struct PendingEvent {
    std::uint64_t counter = 0;  ///< set by the buffer; rises by one
    std::uint8_t partition = 0;
    std::string topic;
    char kind = 'e';
    ChannelAddress channel;
    SocketId excluded;
    std::string text;
    std::optional<Duration> cache;  ///< how long it stays the channel's last event
    ShardId edge{};                 ///< gets the answer
    std::uint64_t receipt = 0;
    TimePoint accepted{};
    std::size_t cost = 0;  ///< of the budget
    bool answered = false;
    bool paid_back = false;  ///< its cost was returned to the budget
    std::optional<TimePoint> confirmed;
};

/// The events that a shard has accepted, in order. Each is kept until Redis has confirmed it and
/// has gone on answering for 10 s, since a server that returns with older data needs it again.
/// Pure.
class PublishBuffer {
public:
    static constexpr std::chrono::seconds kept_after_confirmation{10};

    /// `confirmed_bytes_max`: beyond it, confirmed events go sooner.
    explicit PublishBuffer(std::size_t confirmed_bytes_max)
        : confirmed_bytes_max_(confirmed_bytes_max) {}

    PendingEvent& push(PendingEvent event);
    /// The next event to send, which counts as sent from now on; null if there is none.
    [[nodiscard]] PendingEvent* next();
    /// `event` was the last that `next` returned, and has not been sent after all.
    void put_back(const PendingEvent& event) noexcept;
    /// Null if it is no longer kept.
    [[nodiscard]] PendingEvent* find(std::uint64_t counter) noexcept;
    void confirm(PendingEvent& event, TimePoint now);

    /// All unconfirmed events are to be sent again.
    void rewind() noexcept;
    /// All events are to be sent again: the server is another one.
    void rewind_all() noexcept;
    /// Time without Redis does not count: confirmed events stay for their time from `now` on.
    void restart_clock(TimePoint now) noexcept;
    /// Drops events confirmed long enough before `answered`, the time of Redis' last answer.
    void forget(TimePoint answered);

    /// The event that has waited longest for its confirmation; null if there is none.
    [[nodiscard]] const PendingEvent* oldest_unconfirmed() noexcept;
    [[nodiscard]] std::deque<PendingEvent>& all() noexcept { return kept_; }
    [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    void drop_first() noexcept;

    const std::size_t confirmed_bytes_max_;
    std::deque<PendingEvent> kept_;
    std::size_t bytes_ = 0;
    std::size_t confirmed_bytes_ = 0;
    std::size_t next_ = 0;         ///< index of the next to be sent
    std::size_t unconfirmed_ = 0;  ///< all before are confirmed
    std::uint64_t last_counter_ = 0;
};

}  // namespace carillon
