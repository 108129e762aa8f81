#pragma once

#include <cstdint>

#include "carillon/base/transition.hpp"

namespace carillon {

// The state machines of a topic: one for each of what its messages, its reads, its replica and its
// local state need. Each has a transition function that asserts that the event is legal. Pure.
// Source: docs/cluster-internals.md, "Topic", has them as diagrams.

/// Whether this node receives the topic's messages.
enum class Interest : std::uint8_t {
    none,
    subscribing,  ///< sent, not confirmed
    live,         ///< every message from now on arrives
};
enum class InterestEvent : std::uint8_t { subscribe, confirm, unsubscribe, disconnect };
[[nodiscard]] Interest after(Interest state, InterestEvent event) noexcept;

/// The topic's read: one at a time.
enum class Reading : std::uint8_t {
    idle,
    under_way,  ///< messages that arrive are queued
    outdated,   ///< under way, and another one has to follow
};
enum class ReadingEvent : std::uint8_t {
    start,
    want,  ///< a message did not fit, or the queue is full: what is under way does not cover it
    finish,
    abandon,  ///< it failed, or the connection is lost
};
[[nodiscard]] Reading after(Reading state, ReadingEvent event) noexcept;
[[nodiscard]] constexpr bool is_reading(Reading state) noexcept {
    return state != Reading::idle;
}

/// The replica of a presence channel's members.
enum class Replica : std::uint8_t {
    current,          ///< as far as this node knows
    stale,            ///< may be wrong: the next read has to ask for the members
    requested,        ///< the read under way asks for them
    requested_stale,  ///< and yet they have changed since it was sent
};
enum class ReplicaEvent : std::uint8_t { invalidate, request, receive, abandon };
[[nodiscard]] Replica after(Replica state, ReplicaEvent event) noexcept;
[[nodiscard]] constexpr bool is_stale(Replica state) noexcept {
    return state == Replica::stale || state == Replica::requested_stale;
}
[[nodiscard]] constexpr bool is_requested(Replica state) noexcept {
    return state == Replica::requested || state == Replica::requested_stale;
}

/// How Redis' copy of the topic's local state compares with it. One operation at a time.
enum class Sync : std::uint8_t {
    in_sync,          ///< confirmed
    changed,          ///< something is to be sent
    sending,          ///< an operation is under way that carries all of it
    sending_changed,  ///< and something more is to be sent
};
enum class SyncEvent : std::uint8_t {
    change,
    send,
    acknowledge,
    abandon,  ///< the operation has no answer, or one that is an error: it is sent again
    restart,  ///< the partition was registered anew: all earlier operations are void
};
[[nodiscard]] Sync after(Sync state, SyncEvent event) noexcept;
[[nodiscard]] constexpr bool is_sending(Sync state) noexcept {
    return state == Sync::sending || state == Sync::sending_changed;
}
[[nodiscard]] constexpr bool is_changed(Sync state) noexcept {
    return state == Sync::changed || state == Sync::sending_changed;
}

}  // namespace carillon
