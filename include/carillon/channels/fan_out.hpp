#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <variant>

#include "carillon/channels/damping.hpp"
#include "carillon/channels/shard_message.hpp"

namespace carillon {

/// An event on its way to a channel's subscribers on one shard, if they are too many for one turn
/// (`EdgeChannels::continue_unfinished` does the next slice),
/// and what came for the channel meanwhile: it waits, so that every subscriber sees one order.
struct FanOut {
    using Event = std::variant<Deliver, MemberCorrection>;
    using Waiting = std::variant<Deliver, JoinAnswer, DampingDue>;

    Event event;
    /// Subscribers below this place in the channel's list have yet to receive the event.
    std::uint32_t remaining = 0;
    std::deque<Waiting> waiting = {};
    std::size_t waiting_bytes = 0;
};

}  // namespace carillon
