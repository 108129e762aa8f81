#include "partition_lease.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace carillon {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t cleared_per_call = 200;
/// A recovery ends with the first renewal after its condition holds.
constexpr milliseconds recovery_poll{500};
constexpr std::chrono::seconds claim_time{5};
constexpr std::uint64_t webhooks_per_call = 100;
constexpr std::size_t webhooks_per_offer = 200;
constexpr std::chrono::seconds registration_pause{1};
constexpr unsigned registration_doublings_max = 5;

std::string process_of(std::string_view node) {
    return std::string(node.substr(0, node.find('.')));
}

}  // namespace

Operation PartitionLease::operation(Partition& partition) const {
    return {context_.run_id, context_.options.lease, partition.node, ++partition.operations};
}

void PartitionLease::on_up(bool other_server) {
    if (leaving_partitions_ > 0) return;
    up_since_ = context_.now();
    if (down_since_) {
        for (Partition& partition : partitions_)
            partition.journal.prolong(up_since_ - *down_since_);
        down_since_.reset();
    }
    for (Partition& partition : partitions_) {
        if (other_server || partition.registration != Registration::registered) {
            register_in(partition);
        } else {
            renew(partition);
        }
    }
    send_rules();  // They may have changed in the meantime.
}

/// Runs a script for the partition's current registration. `answer` gets null if it failed, and is
/// not called if the node has registered anew by then.
template <class Request, class Answer>
void PartitionLease::run(Partition& partition, const Request& request, Answer answer) {
    context_.bus.run(partition.prefix, request,
                     [&partition, node = partition.node, answer = std::move(answer)](
                         const ScriptResult<typename Request::Reply>& result) {
                         if (partition.node == node) answer(partition, result ? &*result : nullptr);
                     });
}

bool PartitionLease::is_registered() const {
    return std::ranges::all_of(partitions_, [](const Partition& one) {
        return one.registration == Registration::registered;
    });
}

void PartitionLease::on_down() {
    if (!down_since_) down_since_ = context_.now();
    for (Partition& partition : partitions_) {
        transition(partition.renewal, CallEvent::abandon);
        transition(partition.fetch, CallEvent::abandon);
        transition(partition.registration, RegistrationEvent::disconnect);
        partition.clock_offset.reset();
    }
    if (on_left_) std::exchange(on_left_, nullptr)();
}

void PartitionLease::register_in(Partition& partition) {
    transition(partition.registration, RegistrationEvent::start);
    // A registration whose answer was lost may have succeeded: its id has to be cleared, too.
    const std::string former = partition.node;
    if (!former.empty()) partition.former_nodes.push_back(former);
    partition.node = context_.process + '.' + std::to_string(++partition.registrations);
    partition.operations = 0;
    transition(partition.renewal, CallEvent::abandon);  // It is of the former id.
    partition.retry_at = TimePoint::max();
    std::string known;
    if (partition.was_registered()) {
        known = context_.process;
        for (const std::string& process : partition.known_processes) {
            known.append(" ").append(process);
        }
    }
    const scripts::RegisterNode request{
        .epoch = context_.run_id,
        .lease = context_.options.lease,
        .node = partition.node,
        .known_processes = known,
        .former_node = former,
        .former_epoch = partition.run_id,
        .claim = claim_time,
        .webhook_rules = context_.apps.rules(),
    };
    run(partition, request,
        [this, sent = context_.now()](Partition& of, const scripts::RegisterNode::Reply* reply) {
            if (reply == nullptr) return on_broken(of);
            of.run_id = context_.run_id;
            transition(of.registration, RegistrationEvent::accept);
            of.renew_at = context_.now() + renewal_interval();
            of.is_recovering = reply->is_recovering;
            set_clock(of, reply->now, reply->clock_changed, sent);
            if (reply->last_event < of.last_confirmed_event) observer_.on_memory_lost();
            remember_nodes(of, reply->nodes);
            of.topics_to_resync = observer_.resync(of);
            if (of.is_recovering) offer_webhooks(of);
            if (of.topics_to_resync == 0) finish_resync(of);
        });
}

/// Before the end of the resync, so that the recovery knows them.
void PartitionLease::offer_webhooks(Partition& partition) {
    std::vector<scripts::OfferWebhooks::Webhook> piece;
    const auto send = [&] {
        if (piece.empty()) return;
        context_.bus.run(partition.prefix, scripts::OfferWebhooks{operation(partition), piece},
                         [](const ScriptResult<scripts::OfferWebhooks::Reply>&) {});
        piece.clear();
    };
    for (const WebhookJournal::Entry& entry : partition.journal.all()) {
        piece.push_back({entry.number, entry.is_there, entry.about});
        if (piece.size() == webhooks_per_offer) send();
    }
    send();
}

void PartitionLease::resynced(Partition& partition) {
    if (partition.topics_to_resync == 0 || --partition.topics_to_resync > 0) return;
    finish_resync(partition);
}

void PartitionLease::finish_resync(Partition& partition) {
    const scripts::FinishResync request{operation(partition), context_.options.max_ring_bytes};
    run(partition, request, [this](Partition& of, const scripts::FinishResync::Reply* reply) {
        if (reply == nullptr) return on_broken(of);
        if (reply->is_stale) return on_stale(of);
        transition(of.registration, RegistrationEvent::complete);
        of.is_broken = false;
        of.failures = 0;
        // The recovery may have ended in this very step.
        if (of.is_recovering) set_recovering(of, reply->is_recovering);
        apply_news(of, reply->news);
        for (const std::string& former : std::exchange(of.former_nodes, {})) {
            clear_dead_node(of, former);
        }
        if (was_registered_) return;
        was_registered_ = is_registered();
        if (was_registered_) observer_.on_registered();
    });
}

void PartitionLease::on_stale(Partition& partition) {
    ++context_.metrics.registrations_lost;
    if (context_.bus.is_up()) register_in(partition);
}

void PartitionLease::advance() {
    if (!context_.bus.is_up()) return;
    const TimePoint now = context_.now();
    for (Partition& partition : partitions_) {
        if (now >= partition.retry_at && leaving_partitions_ == 0) register_in(partition);
        const bool due = now >= partition.renew_at || now >= partition.due_at ||
                         (partition.is_recovering && now >= partition.renewed_at + recovery_poll);
        const bool can_renew = is_valid(partition.registration) && partition.renewal == Call::none;
        if (due && can_renew) renew(partition);
    }
}

void PartitionLease::renew(Partition& partition) {
    transition(partition.renewal, CallEvent::send);
    partition.renewed_at = context_.now();
    partition.journal.forget(context_.now());
    partition.due_at = TimePoint::max();
    partition.renew_at = context_.now() + renewal_interval();
    const auto connections =
        context_.apps.connections(partition.index, context_.options.partitions);
    const scripts::RenewLease request{
        .operation = operation(partition),
        .ring_bytes = context_.options.max_ring_bytes,
        // After a common loss of Redis the others may be about to return, too: they are not dead.
        .may_clear = context_.now() - up_since_ >= context_.options.lease,
        .claim = claim_time,
        .connections = connections,
    };
    run(partition, request,
        [this, sent = context_.now()](Partition& of, const scripts::RenewLease::Reply* reply) {
            transition(of.renewal, CallEvent::answer);
            if (reply == nullptr) return;  // The next renewal is in time.
            if (reply->is_stale) return on_stale(of);
            set_recovering(of, reply->is_recovering);
            apply_news(of, reply->news);
            set_clock(of, reply->now, reply->clock_changed, sent);
            remember_nodes(of, reply->nodes);
            for (const std::string_view dead : reply->to_clear) {
                ++context_.metrics.nodes_cleared;
                clear_dead_node(of, std::string(dead));
            }
        });
}

void PartitionLease::clear_dead_node(Partition& partition, const std::string& dead) {
    const scripts::ClearDeadNode request{
        .operation = operation(partition),
        .ring_bytes = context_.options.max_ring_bytes,
        .dead_node = dead,
        .entries_max = cleared_per_call,
        .claim = claim_time,
    };
    run(partition, request,
        [this, dead](Partition& of, const scripts::ClearDeadNode::Reply* reply) {
            // The claim lapses, and a renewal names the dead node again.
            if (reply == nullptr) return;
            if (reply->is_stale) return on_stale(of);
            apply_news(of, reply->news);
            if (!reply->is_done) clear_dead_node(of, dead);
        });
}

void PartitionLease::set_recovering(Partition& partition, bool recovering) {
    const bool ended = std::exchange(partition.is_recovering, recovering) && !recovering;
    if (ended) observer_.on_recovered(partition);
}

/// The fastest answer says it best, unless another contradicts it: then one of the clocks was set,
/// or they drift.
void PartitionLease::set_clock(Partition& partition, milliseconds time, milliseconds changed,
                               TimePoint sent) {
    partition.clock_changed = changed;
    const milliseconds end_of_it = time + milliseconds(1);
    const ClockOffset told{time - context_.now().time_since_epoch(),
                           end_of_it - sent.time_since_epoch()};
    std::optional<ClockOffset>& known = partition.clock_offset;
    if (!known || told.error() <= known->error() || !told.agrees(*known)) known = told;
}

void PartitionLease::remember_nodes(Partition& partition,
                                    const std::vector<std::string_view>& nodes) {
    partition.known_processes.clear();
    for (const std::string_view node : nodes) {
        std::string process = process_of(node);
        if (std::ranges::find(partition.known_processes, process) ==
            partition.known_processes.end()) {
            partition.known_processes.push_back(std::move(process));
        }
    }
}

void PartitionLease::apply_news(Partition& partition, const PartitionNews& news) {
    if (news.due) {
        partition.due_at = std::min<TimePoint>(partition.due_at, context_.now() + *news.due);
    }
    if (news.has_webhooks) take_webhooks(partition);
}

void PartitionLease::on_broken(Partition& partition) {
    transition(partition.registration, RegistrationEvent::fail);
    partition.is_broken = true;
    // Each attempt has a node id of its own, which some node has to clear.
    partition.retry_at = context_.now() + registration_pause * (1U << partition.failures);
    partition.failures = std::min(partition.failures + 1, registration_doublings_max);
    observer_.on_broken(partition);
}

void PartitionLease::take_webhooks(Partition& partition) {
    if (partition.fetch == Call::under_way) return;
    transition(partition.fetch, CallEvent::send);
    context_.bus.run(partition.prefix, scripts::TakeWebhooks{webhooks_per_call},
                     [this, &partition](const ScriptResult<scripts::TakeWebhooks::Reply>& result) {
                         transition(partition.fetch, CallEvent::answer);
                         if (!result) return;
                         for (const std::string_view record : result->records) {
                             observer_.on_webhook(partition, record);
                         }
                         if (result->records.size() == webhooks_per_call) take_webhooks(partition);
                     });
}

void PartitionLease::send_rules() {
    if (!context_.bus.is_up()) return;  // The next connection sends them.
    for (const Partition& partition : partitions_) {
        context_.bus.run(partition.prefix, scripts::SetWebhookRules{context_.apps.rules()},
                         [](const ScriptResult<scripts::SetWebhookRules::Reply>&) {});
    }
}

void PartitionLease::leave(std::function<void()> done) {
    on_left_ = std::move(done);
    leaving_partitions_ = 1;
    if (!context_.bus.is_up()) return left();
    for (Partition& partition : partitions_) {
        if (partition.registration == Registration::none) continue;
        ++leaving_partitions_;
        context_.bus.run(partition.prefix, scripts::UnregisterNode{operation(partition)},
                         [this](const ScriptResult<scripts::UnregisterNode::Reply>&) { left(); });
        transition(partition.registration, RegistrationEvent::leave);
        partition.node.clear();
    }
    left();
}

void PartitionLease::left() {
    if (--leaving_partitions_ == 0 && on_left_) std::exchange(on_left_, nullptr)();
}

}  // namespace carillon
