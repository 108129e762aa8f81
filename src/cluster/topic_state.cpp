#include "topic_state.hpp"

#include <array>

namespace carillon {

Interest after(Interest state, InterestEvent event) noexcept {
    using enum Interest;
    using Event = InterestEvent;
    static constexpr auto table = std::to_array<Transition<Interest, Event>>({
        {none, Event::subscribe, subscribing},
        {none, Event::disconnect, none},
        {subscribing, Event::confirm, live},
        {subscribing, Event::unsubscribe, none},
        {subscribing, Event::disconnect, none},
        {live, Event::unsubscribe, none},
        {live, Event::disconnect, none},
    });
    return state_after(table, state, event);
}

Reading after(Reading state, ReadingEvent event) noexcept {
    using enum Reading;
    using Event = ReadingEvent;
    static constexpr auto table = std::to_array<Transition<Reading, Event>>({
        {idle, Event::start, under_way},
        {idle, Event::abandon, idle},
        {under_way, Event::want, outdated},
        {under_way, Event::finish, idle},
        {under_way, Event::abandon, idle},
        {outdated, Event::want, outdated},
        {outdated, Event::finish, idle},
        {outdated, Event::abandon, idle},
    });
    return state_after(table, state, event);
}

Replica after(Replica state, ReplicaEvent event) noexcept {
    using enum Replica;
    using Event = ReplicaEvent;
    static constexpr auto table = std::to_array<Transition<Replica, Event>>({
        {current, Event::invalidate, stale},
        {current, Event::request, requested},
        {current, Event::abandon, current},
        {stale, Event::invalidate, stale},
        {stale, Event::request, requested},
        {stale, Event::abandon, stale},
        {requested, Event::invalidate, requested_stale},
        {requested, Event::receive, current},
        {requested, Event::abandon, stale},
        {requested_stale, Event::invalidate, requested_stale},
        {requested_stale, Event::receive, stale},
        {requested_stale, Event::abandon, stale},
    });
    return state_after(table, state, event);
}

Sync after(Sync state, SyncEvent event) noexcept {
    using enum Sync;
    using Event = SyncEvent;
    static constexpr auto table = std::to_array<Transition<Sync, Event>>({
        {in_sync, Event::change, changed},
        {in_sync, Event::restart, in_sync},
        {changed, Event::change, changed},
        {changed, Event::send, sending},
        {changed, Event::restart, in_sync},
        {sending, Event::change, sending_changed},
        {sending, Event::acknowledge, in_sync},
        {sending, Event::abandon, changed},
        {sending, Event::restart, in_sync},
        {sending_changed, Event::change, sending_changed},
        {sending_changed, Event::acknowledge, changed},
        {sending_changed, Event::abandon, changed},
        {sending_changed, Event::restart, in_sync},
    });
    return state_after(table, state, event);
}

}  // namespace carillon
