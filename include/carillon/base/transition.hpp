#pragma once

#include <array>
#include <cassert>
#include <cstddef>

namespace carillon {

/// One row of a state machine's table: what `event` makes of `from`.
template <class State, class Event>
struct Transition {
    State from;
    Event event;
    State to;
};

/// The state after `event`. What is not in the table is illegal: an assertion fails, and in a build
/// without assertions the state stays.
template <class State, class Event, std::size_t N>
[[nodiscard]] constexpr State state_after(const std::array<Transition<State, Event>, N>& table,
                                          State from, Event event) noexcept {
    for (const auto& row : table) {
        if (row.from == from && row.event == event) return row.to;
    }
    assert(!"an event that is illegal in this state");
    return from;
}

/// Makes the transition that the machine's `after(state, event)` gives. Returns the state before.
template <class State, class Event>
State transition(State& state, Event event) noexcept {
    const State before = state;
    state = after(state, event);
    return before;
}

}  // namespace carillon
