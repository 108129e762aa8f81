#include "local_state_sync.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace carillon {
namespace {

constexpr std::size_t steps_at_once = 500;
constexpr std::size_t in_flight_max = 2048;
constexpr std::size_t members_a_piece = 200;
constexpr std::chrono::seconds retry_pause{1};

std::uint32_t most_of(const Topic& topic) {
    if (topic.quota) return topic.quota->connections_max;
    return topic.presence ? topic.presence->members_max : 0;
}

}  // namespace

void LocalStateSync::want(Topic& topic) {
    const bool is_new = !std::exchange(topic.hold_wanted, true);
    if (topic.holding) return;
    // One that waits to be heard need not, if nobody is left to hear.
    if (is_new || topic.held() == 0) wanted_.push_back({&topic.partition, topic.key});
}

bool LocalStateSync::resync(Topic& topic) {
    topic.resyncing = topic.hold_wanted = false;
    topic.sent_steps.clear();
    if (topic.presence) topic.presence->steps.clear();
    if (std::exchange(topic.holding, false)) --under_way_;
    for (WaitingJoin& join : topic.waiting) join.state = WaitingJoin::State::unsent;
    if (topic.held() == 0 && topic.told == 0) return false;
    topic.held_before = topic.told > 0;
    topic.resyncing = true;
    if (topic.presence) {
        for (auto& [user_id, member] : topic.presence->local) {
            member.is_unsent = true;
            topic.presence->steps.push_back({true, user_id, member.info.value_or("")});
        }
    }
    topic.hold_wanted = true;
    wanted_.push_back({&topic.partition, topic.key});
    return true;
}

void LocalStateSync::resume(Topic& topic) {
    if (topic.hold_wanted && !topic.holding) wanted_.push_back({&topic.partition, topic.key});
}

void LocalStateSync::on_down(Topic& topic) {
    if (!topic.holding) return;
    give_up(topic);
    wanted_.push_back({&topic.partition, topic.key});
}

/// The operation that is under way has no answer, or none that helps.
void LocalStateSync::give_up(Topic& topic) {
    topic.holding = false;
    --under_way_;
    // Whether it was carried out is not known; twice is as good as once, if all of it is told.
    for (WaitingJoin& join : topic.waiting) {
        if (join.state == WaitingJoin::State::sent) join.state = WaitingJoin::State::unsent;
    }
    if (topic.presence) {
        std::deque<HoldStep>& steps = topic.presence->steps;
        steps.insert(steps.begin(), std::make_move_iterator(topic.sent_steps.begin()),
                     std::make_move_iterator(topic.sent_steps.end()));
        topic.sent_steps.clear();
    }
    topic.hold_wanted = true;
}

/// A script fails on what Redis has of the topic: that must not keep its partition from the others,
/// nor be tried in every turn.
void LocalStateSync::on_failure(Topic& topic) {
    give_up(topic);
    failed_.push_back({{&topic.partition, topic.key}, context_.now() + retry_pause});
    if (std::exchange(topic.resyncing, false)) life_.resynced(topic.partition);
    listener_.on_broken(topic);
}

void LocalStateSync::end_turn() {
    if (!context_.bus.is_up()) return;
    for (; !failed_.empty() && failed_.front().retry_at <= context_.now(); failed_.pop_front()) {
        wanted_.push_back(std::move(failed_.front().wanted));
    }
    std::size_t waiting = wanted_.size();
    for (; waiting > 0 && context_.bus.in_flight() < in_flight_max; --waiting) {
        const Wanted wanted = std::move(wanted_.front());
        wanted_.pop_front();
        Topic* const topic = wanted.partition->topics.find(wanted.key);
        if (topic == nullptr || !topic->hold_wanted || topic->holding) continue;
        // What this does to the topic is to be heard: `resume` comes when it can be.
        if (topic->held() > 0 && !topic->is_heard()) continue;
        const auto registration = wanted.partition->registration;
        if (registration == Partition::Registration::resyncing ||
            registration == Partition::Registration::registered) {
            tell(*topic);
        } else {
            wanted_.push_back(wanted);
        }
    }
}

void LocalStateSync::tell(Topic& topic) {
    topic.holding = true;
    topic.hold_wanted = false;
    ++under_way_;
    Partition& partition = topic.partition;
    Presence* const presence = topic.presence.get();
    const std::uint32_t told = topic.held();
    const bool compares_replica = presence != nullptr && partition.recovering && topic.resyncing;
    Arguments arguments = life_.operation(partition);
    arguments.add(context_.options.max_ring_bytes)
        .add(topic.key)
        .add(std::uint64_t{told})
        .add(std::uint64_t{topic.counted ? 1U : 0U})
        .add(std::uint64_t{most_of(topic)})
        .add(std::uint64_t{topic.held_before ? 1U : 0U})
        .add(compares_replica ? presence->number : std::uint64_t{0})
        .add(std::uint64_t{topic.quota ? topic.quota->admitted.size() : 0});
    if (topic.quota) topic.quota->asked = topic.quota->waiting.size();
    bool all = true;
    if (presence != nullptr) {
        const std::size_t count = std::min(presence->steps.size(), steps_at_once);
        for (std::size_t i = 0; i < count; ++i) {
            HoldStep& step = presence->steps.front();
            const auto local = presence->local.find(step.user_id);
            if (local != presence->local.end() && step.enters) local->second.is_unsent = false;
            topic.sent_steps.push_back(std::move(step));
            presence->steps.pop_front();
        }
        for (const HoldStep& step : topic.sent_steps) {
            arguments.add(step.enters ? "+" : "-").add(step.user_id).add(step.info);
        }
        all = presence->steps.empty();
        topic.hold_wanted = !all;
    }
    for (WaitingJoin& join : topic.waiting) {
        if (!all || join.state != WaitingJoin::State::unsent) continue;
        join.state = WaitingJoin::State::sent;
        join.operation = partition.operations;
    }
    const auto answer = [this, &partition, key = topic.key, node = partition.node, told,
                         all](const RedisReply& reply) {
        if (partition.node != node) return;  // The next registration tells it again.
        Topic* const asked = partition.topics.find(key);
        if (asked == nullptr || !asked->holding) return;
        const auto parsed =
            context_.checked(Script::sync_topic, partition.prefix, reply, HoldReply::parse);
        if (!parsed) return on_failure(*asked);
        if (parsed->is_stale) return life_.on_stale(partition);
        on_answer(*asked, told, all, *parsed);
    };
    context_.bus.call(Script::sync_topic, partition.prefix, arguments, answer);
}

void LocalStateSync::on_answer(Topic& topic, std::uint32_t told, bool all, const HoldReply& reply) {
    topic.holding = false;
    topic.held_before = false;
    topic.told = told;
    topic.sent_steps.clear();
    --under_way_;
    const std::vector<std::string> refused(reply.refused.begin(), reply.refused.end());
    if (reply.wants_replica && topic.presence) tell_replica(topic);
    Partition& partition = topic.partition;
    life_.note(partition, reply.news);
    if (topic.hold_wanted) {
        wanted_.push_back({&partition, topic.key});
    } else if (std::exchange(topic.resyncing, false)) {
        life_.resynced(partition);
    }
    for (WaitingJoin& join : topic.waiting) {
        if (!all || join.state != WaitingJoin::State::sent) continue;
        join.state = WaitingJoin::State::confirmed;
        join.number = reply.number;
    }
    listener_.on_told(topic, reply.number, refused);
}

void LocalStateSync::tell_replica(Topic& topic) {
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
        Arguments arguments = life_.operation(topic.partition);
        arguments.add(topic.key).add(presence.number).add(std::uint64_t{at == 0 ? 1U : 0U});
        const std::size_t end = std::min(members.size(), at + members_a_piece);
        for (; at < end; ++at) arguments.add(members[at].first).add(members[at].second);
        context_.bus.call(Script::offer_roster, topic.partition.prefix, arguments,
                          [](const RedisReply&) {});
    } while (at < members.size());
}

}  // namespace carillon
