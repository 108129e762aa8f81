#include "local_state_sync.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

namespace carillon {
namespace {

constexpr std::size_t steps_per_operation = 500;
/// A departure, which nobody waits for, goes after what clients wait for; but some always go.
constexpr std::size_t operations_in_flight_max = 2048;
constexpr std::size_t joins_in_flight_max = operations_in_flight_max - 256;
constexpr std::size_t members_per_offer = 200;
constexpr std::chrono::seconds retry_pause{1};

std::uint32_t limit_of(const Topic& topic) {
    if (topic.quota) return topic.quota->connections_max;
    return topic.presence ? topic.presence->members_max : 0;
}

}  // namespace

void LocalStateSync::mark_changed(Topic& topic) {
    const Sync before = transition(topic.sync, SyncEvent::change);
    if (is_sending(before)) return;
    // A topic that is queued until it receives messages need not wait if no client is left.
    if (before == Sync::in_sync || topic.local_count() == 0) enqueue(topic);
}

bool LocalStateSync::resync(Topic& topic) {
    topic.is_resyncing = false;
    topic.sent_steps.clear();
    if (topic.presence) topic.presence->steps.clear();
    if (is_sending(transition(topic.sync, SyncEvent::restart))) --in_flight_;
    for (WaitingJoin& join : topic.waiting) join.state = WaitingJoin::State::unsent;
    if (topic.local_count() == 0 && topic.acknowledged == 0) return false;
    topic.subscribed_before = topic.is_told;
    topic.is_resyncing = true;
    if (topic.presence) {
        for (auto& [user_id, member] : topic.presence->local) {
            member.is_unsent = true;
            topic.presence->steps.push_back({.enters = true,
                                             .user_id = user_id,
                                             .info = member.info.value_or(""),
                                             .was_told = member.is_told});
        }
    }
    transition(topic.sync, SyncEvent::change);
    enqueue(topic);
    return true;
}

void LocalStateSync::enqueue(const Topic& topic) {
    (topic.local_count() > 0 ? queue_ : departures_).push_back({&topic.partition, topic.key});
}

void LocalStateSync::resume(Topic& topic) {
    if (topic.sync == Sync::changed) enqueue(topic);
}

void LocalStateSync::on_down(Topic& topic) {
    if (!is_sending(topic.sync)) return;
    abandon(topic);
    enqueue(topic);
}

/// The operation under way has no answer, or one that is an error.
void LocalStateSync::abandon(Topic& topic) {
    transition(topic.sync, SyncEvent::abandon);
    --in_flight_;
    // Whether it was carried out is not known. Sending all of it again is right in both cases.
    for (WaitingJoin& join : topic.waiting) {
        if (join.state == WaitingJoin::State::sent) join.state = WaitingJoin::State::unsent;
    }
    if (topic.presence) {
        std::deque<MemberStep>& steps = topic.presence->steps;
        steps.insert(steps.begin(), std::make_move_iterator(topic.sent_steps.begin()),
                     std::make_move_iterator(topic.sent_steps.end()));
        topic.sent_steps.clear();
    }
}

/// The script fails on the topic's keys: the partition's resync goes on without it, and the topic
/// is retried after a pause, not in every turn.
void LocalStateSync::on_failure(Topic& topic) {
    abandon(topic);
    failed_.push_back({{&topic.partition, topic.key}, context_.now() + retry_pause});
    if (std::exchange(topic.is_resyncing, false)) lease_.resynced(topic.partition);
    observer_.on_broken(topic);
}

void LocalStateSync::end_turn() {
    if (!context_.bus.is_up()) return;
    for (; !failed_.empty() && failed_.front().retry_at <= context_.now(); failed_.pop_front()) {
        queue_.push_back(std::move(failed_.front().queued));
    }
    send_from(queue_, joins_in_flight_max);
    send_from(departures_, operations_in_flight_max);
}

void LocalStateSync::send_from(std::deque<Queued>& queue, std::size_t commands_max) {
    std::size_t waiting = queue.size();
    for (; waiting > 0 && context_.bus.in_flight() < commands_max; --waiting) {
        const Queued queued = std::move(queue.front());
        queue.pop_front();
        Topic* const topic = queued.partition->topics.find(queued.key);
        if (topic == nullptr || topic->sync != Sync::changed) continue;
        // This node has to receive the messages that its operation causes: see `resume`.
        if (topic->local_count() > 0 && !topic->receives_messages()) continue;
        if (is_valid(queued.partition->registration)) {
            send(*topic);
        } else {
            queue.push_back(queued);
        }
    }
}

void LocalStateSync::send(Topic& topic) {
    transition(topic.sync, SyncEvent::send);
    ++in_flight_;
    Partition& partition = topic.partition;
    Presence* const presence = topic.presence.get();
    if (topic.quota) topic.quota->requested = topic.quota->waiting.size();
    const bool all = presence == nullptr || take_steps(topic);
    if (!all) transition(topic.sync, SyncEvent::change);
    if (std::exchange(topic.has_joined, false)) topic.sent_joined = true;
    const std::uint32_t count = topic.local_count();
    const bool compares_replica =
        presence != nullptr && partition.is_recovering && topic.is_resyncing;
    const scripts::SyncTopic request{
        .operation = lease_.operation(partition),
        .ring_bytes = context_.options.max_ring_bytes,
        .topic = topic.key,
        .count = count,
        .has_joined = topic.sent_joined,
        .limit = limit_of(topic),
        .subscribed_before = topic.subscribed_before,
        .replica_version = compares_replica ? presence->roster_version : 0,
        .admitted = topic.quota ? topic.quota->admitted.size() : 0,
        .steps = topic.sent_steps,
    };
    for (WaitingJoin& join : topic.waiting) {
        if (!all || join.state != WaitingJoin::State::unsent) continue;
        join.state = WaitingJoin::State::sent;
        join.operation = partition.operations;
    }
    const auto answer = [this, &partition, key = topic.key, node = partition.node, count,
                         all](const ScriptResult<scripts::SyncTopic::Reply>& result) {
        if (partition.node != node) return;  // The next registration sends it again.
        Topic* const sent = partition.topics.find(key);
        if (sent == nullptr || !is_sending(sent->sync)) return;
        if (!result) return on_failure(*sent);
        if (result->is_stale) return lease_.on_stale(partition);
        on_answer(*sent, count, all, *result);
    };
    context_.bus.run(partition.prefix, request, answer);
}

/// Moves steps from those to be sent to those of the operation under way. True if none is left.
bool LocalStateSync::take_steps(Topic& topic) {
    Presence& presence = *topic.presence;
    const std::size_t count = std::min(presence.steps.size(), steps_per_operation);
    for (std::size_t i = 0; i < count; ++i) {
        MemberStep& step = presence.steps.front();
        const auto local = presence.local.find(step.user_id);
        if (local != presence.local.end() && step.enters) local->second.is_unsent = false;
        topic.sent_steps.push_back(std::move(step));
        presence.steps.pop_front();
    }
    return presence.steps.empty();
}

void LocalStateSync::on_answer(Topic& topic, std::uint32_t count, bool all,
                               const scripts::SyncTopic::Reply& reply) {
    transition(topic.sync, SyncEvent::acknowledge);
    topic.subscribed_before = false;
    topic.acknowledged = count;
    topic.sent_joined = false;
    if (!topic.partition.is_recovering) mark_told(topic);
    topic.sent_steps.clear();
    --in_flight_;
    const std::vector<std::string> refused(reply.refused.begin(), reply.refused.end());
    if (reply.wants_replica && topic.presence) offer_roster(topic);
    Partition& partition = topic.partition;
    lease_.apply_news(partition, reply.news);
    if (topic.sync == Sync::changed) {
        enqueue(topic);
    } else if (std::exchange(topic.is_resyncing, false)) {
        lease_.resynced(partition);
    }
    for (WaitingJoin& join : topic.waiting) {
        if (!all || join.state != WaitingJoin::State::sent) continue;
        join.state = WaitingJoin::State::confirmed;
        join.sequence = reply.sequence;
    }
    observer_.on_acknowledged(topic, reply.sequence, refused);
}

/// Redis has confirmed the operation under way, and queued what webhooks have to tell of it.
void LocalStateSync::mark_told(Topic& topic) {
    topic.is_told = topic.acknowledged > 0 && topic.local_count() > 0;
    for (const MemberStep& step : topic.sent_steps) {
        const auto local = topic.presence->local.find(step.user_id);
        if (local != topic.presence->local.end()) local->second.is_told = step.enters;
    }
}

void LocalStateSync::on_recovered(Topic& topic) {
    topic.is_told = topic.acknowledged > 0 && topic.local_count() > 0;
    if (!topic.presence) return;
    for (auto& [user_id, member] : topic.presence->local) {
        const bool is_sent = std::ranges::find(topic.sent_steps, user_id, &MemberStep::user_id) !=
                             topic.sent_steps.end();
        if (!member.is_unsent && !is_sent) member.is_told = true;
    }
}

void LocalStateSync::offer_roster(Topic& topic) {
    Presence& presence = *topic.presence;
    std::vector<std::pair<std::string, std::string>> members;
    presence.replica.for_each([&](const std::string& id, std::string_view escaped_info) {
        const auto info =
            nlohmann::json::parse('"' + std::string(escaped_info) + '"', nullptr, false);
        std::string text = info.is_string() ? info.get<std::string>() : "";
        if (text == "null") text.clear();
        members.emplace_back(id, std::move(text));
    });
    std::size_t at = 0;
    do {
        const std::span<const std::pair<std::string, std::string>> piece =
            std::span(members).subspan(at, std::min(members.size() - at, members_per_offer));
        const scripts::OfferRoster request{
            .operation = lease_.operation(topic.partition),
            .topic = topic.key,
            .version = presence.roster_version,
            .is_first_piece = at == 0,
            .members = piece,
        };
        context_.bus.run(topic.partition.prefix, request,
                         [](const ScriptResult<scripts::OfferRoster::Reply>&) {});
        at += piece.size();
    } while (at < members.size());
}

}  // namespace carillon
