#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "carillon/base/time.hpp"
#include "plan.hpp"

namespace carillon::sim {

inline constexpr TimePoint never = TimePoint::max();

/// One thing that happened, as the outside saw it. Which members are set depends on the kind.
struct Entry {
    enum class Kind : std::uint8_t {
        opened,  ///< client, node: a connection was made
        closed,  ///< client; text: "client", or why the server did it
        asked,   ///< client, channel: the subscription was sent
        joined,  ///< client, channel; users: the members that it was told, of presence channels
        left,    ///< client, channel: the end of a subscription was sent
        got,     ///< client, channel, number: an event
        heard,   ///< client, channel, number, user: the sending client; a client event
        missed,  ///< client, channel: a cache channel has no event
        member_added,  ///< client, channel, user
        member_removed,
        counted,     ///< client, channel, number: subscribers
        signing_in,  ///< client, user; users: the watchlist
        signed_in,   ///< client, user
        online,      ///< client, users: of its watchlist
        offline,
        publishing,   ///< node, channel, number: the request was sent
        accepted,     ///< node, number: it was answered with 200
        refused,      ///< node, number: it was answered with 503
        began,        ///< node: a process; number: which
        ended,        ///< node: the process is gone
        speaking,     ///< client, channel, number: a client event was sent
        terminating,  ///< node, user: the request was sent
        fault_began,  ///< node if it has one; text: what
        fault_ended,
        webhook_taken,  ///< node: took it out of Redis; text: its name; channel, user, number: a
                        ///< count
        webhook,        ///< node: delivers it; the same
        quiet,          ///< no fault and no change comes any more
        fail,           ///< client; text: an error that it was sent
        note,           ///< text: for the reader of a trace
        answered,       ///< node, channel, since: REST's answer; text: of what; number or users
        admitted,       ///< node: a connection of the limited app; number: 1 if it was
    };

    TimePoint at{};
    Kind kind{};
    std::uint32_t node = none;
    std::uint32_t client = none;
    std::uint32_t channel = none;
    std::uint32_t user = none;
    std::uint64_t number = 0;
    std::vector<std::uint32_t> users = {};
    TimePoint since{};  ///< when it was asked for
    std::string text = {};
};

/// One line of a trace.
[[nodiscard]] std::string text_of(const Entry& entry);

/// What happened in a life, in order.
class History {
public:
    void add(Entry entry) { entries_.push_back(std::move(entry)); }
    /// Of the next event, whoever publishes it: from 1.
    [[nodiscard]] std::uint64_t next_number() { return ++event_count_; }
    [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }

private:
    std::vector<Entry> entries_;
    std::uint64_t event_count_ = 0;
};

}  // namespace carillon::sim
