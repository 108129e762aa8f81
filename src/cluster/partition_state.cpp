#include "partition_state.hpp"

#include <array>
#include <utility>

#include "cluster_context.hpp"
#include "webhook_record.hpp"

namespace carillon {

Registration after(Registration state, RegistrationEvent event) noexcept {
    using enum Registration;
    using Event = RegistrationEvent;
    static constexpr auto table = std::to_array<Transition<Registration, Event>>({
        {none, Event::start, registering},
        {none, Event::disconnect, none},
        {registering, Event::accept, resyncing},
        {registering, Event::fail, none},
        {registering, Event::disconnect, none},
        {registering, Event::leave, none},
        {resyncing, Event::start, registering},
        {resyncing, Event::complete, registered},
        {resyncing, Event::fail, none},
        {resyncing, Event::disconnect, none},
        {resyncing, Event::leave, none},
        {registered, Event::start, registering},
        {registered, Event::disconnect, registered},
        {registered, Event::leave, none},
    });
    return state_after(table, state, event);
}

Call after(Call state, CallEvent event) noexcept {
    using enum Call;
    using Event = CallEvent;
    static constexpr auto table = std::to_array<Transition<Call, Event>>({
        {none, Event::send, under_way},
        {none, Event::abandon, none},
        {under_way, Event::answer, none},
        {under_way, Event::abandon, none},
    });
    return state_after(table, state, event);
}

namespace {

void note(const ClusterContext& context, const Topic& topic, WebhookKind arrival,
          std::string_view user) {
    const auto grace = context.apps.webhook_grace(topic.channel.app);
    if (!grace) return;
    topic.partition.journal.note(
        {.is_there = true,
         .about = told_field(arrival, topic.key, user),
         .expires = context.now() + *grace + WebhookJournal::departures_kept});
}

}  // namespace

void note_departure(const ClusterContext& context, Topic& topic) {
    const bool was_told = std::exchange(topic.is_told, false);
    // Nobody is told of connections, nor of a user's own channel.
    if (!was_told || topic.key.front() == 'q' || topic.key.front() == 's') return;
    note(context, topic, topic.user ? WebhookKind::user_online : WebhookKind::channel_occupied, {});
}

void note_departure(const ClusterContext& context, const Topic& topic, std::string_view user) {
    note(context, topic, WebhookKind::member_added, user);
}

}  // namespace carillon
