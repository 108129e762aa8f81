#include "partition_lease.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace carillon {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t cleared_per_call = 200;
/// A recovery ends with the first renewal after its condition holds.
constexpr milliseconds recovery_poll{500};
constexpr std::uint64_t claim_ms = 5000;
constexpr std::uint64_t webhooks_per_call = 100;
constexpr std::chrono::seconds registration_pause{1};
constexpr unsigned registration_doublings_max = 5;

std::string process_of(std::string_view node) {
    return std::string(node.substr(0, node.find('.')));
}

}  // namespace

Arguments PartitionLease::operation(Partition& partition) const {
    Arguments arguments;
    arguments.add(context_.run_id)
        .add(context_.lease_ms())
        .add_owned(partition.node)
        .add(++partition.operations);
    return arguments;
}

void PartitionLease::on_up(bool other_server) {
    if (leaving_partitions_ > 0) return;
    up_since_ = context_.now();
    for (Partition& partition : partitions_) {
        if (other_server || partition.registration != Partition::Registration::registered) {
            register_in(partition);
        } else {
            renew(partition);
        }
    }
    send_rules();  // They may have changed in the meantime.
}

bool PartitionLease::is_registered() const {
    return std::ranges::all_of(partitions_, [](const Partition& one) {
        return one.registration == Partition::Registration::registered;
    });
}

void PartitionLease::on_down() {
    for (Partition& partition : partitions_) {
        partition.renewing = partition.taking_webhooks = false;
        if (partition.registration != Partition::Registration::registered) {
            partition.registration = Partition::Registration::none;
        }
    }
    if (on_left_) std::exchange(on_left_, nullptr)();
}

void PartitionLease::register_in(Partition& partition) {
    partition.registration = Partition::Registration::registering;
    // A registration whose answer was lost may have succeeded: its id has to be cleared, too.
    const std::string former = partition.node;
    if (!former.empty()) partition.former_nodes.push_back(former);
    partition.node = context_.process + '.' + std::to_string(++partition.registrations);
    partition.operations = 0;
    partition.renewing = false;  // A renewal under way is of the former id.
    partition.retry_at = TimePoint::max();
    std::string known;
    if (partition.was_registered) {
        known = context_.process;
        for (const std::string& process : partition.known_processes)
            known.append(" ").append(process);
    }
    Arguments arguments;
    arguments.add(context_.run_id)
        .add(context_.lease_ms())
        .add(partition.node)
        .add(known)
        .add(former)
        .add(partition.run_id)
        .add(claim_ms);
    for (const std::string& rule : context_.apps.rules()) arguments.add(rule);
    const auto answer = [this, &partition, node = partition.node](const RedisReply& reply) {
        if (partition.node != node) return;
        const auto parsed = context_.checked(Script::register_node, partition.prefix, reply,
                                             RegisterNodeReply::parse);
        if (!parsed) return on_broken(partition);
        partition.was_registered = true;
        partition.run_id = context_.run_id;
        partition.registration = Partition::Registration::resyncing;
        partition.renew_at = context_.now() + context_.lease() * 3 / 10;
        partition.recovering = parsed->is_recovering;
        remember_nodes(partition, parsed->nodes);
        partition.topics_to_resync = listener_.resync(partition);
        if (partition.topics_to_resync == 0) finish_resync(partition);
    };
    context_.bus.call(Script::register_node, partition.prefix, arguments, answer);
}

void PartitionLease::resynced(Partition& partition) {
    if (partition.topics_to_resync == 0 || --partition.topics_to_resync > 0) return;
    finish_resync(partition);
}

void PartitionLease::finish_resync(Partition& partition) {
    Arguments arguments = operation(partition);
    arguments.add(context_.options.max_ring_bytes);
    const auto answer = [this, &partition, node = partition.node](const RedisReply& reply) {
        if (partition.node != node) return;
        const auto parsed = context_.checked(Script::finish_resync, partition.prefix, reply,
                                             FinishResyncReply::parse);
        if (!parsed) return on_broken(partition);
        if (parsed->is_stale) return on_stale(partition);
        partition.registration = Partition::Registration::registered;
        partition.is_broken = false;
        partition.failures = 0;
        // The recovery may have ended in this very step.
        if (partition.recovering) set_recovering(partition, parsed->is_recovering);
        apply_news(partition, parsed->news);
        for (const std::string& former : std::exchange(partition.former_nodes, {})) {
            clear_dead_node(partition, former);
        }
        if (was_registered_) return;
        was_registered_ = is_registered();
        if (was_registered_) listener_.on_registered();
    };
    context_.bus.call(Script::finish_resync, partition.prefix, arguments, answer);
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
                         (partition.recovering && now >= partition.renewed_at + recovery_poll);
        const bool registered = partition.registration == Partition::Registration::registered ||
                                partition.registration == Partition::Registration::resyncing;
        if (due && registered && !partition.renewing) renew(partition);
    }
}

void PartitionLease::renew(Partition& partition) {
    partition.renewing = true;
    partition.renewed_at = context_.now();
    partition.due_at = TimePoint::max();
    partition.renew_at = context_.now() + context_.lease() * 3 / 10;
    // After a common loss of Redis the others may be about to return, too: they are not dead.
    const bool may_clear = context_.now() - up_since_ >= context_.lease();
    Arguments arguments = operation(partition);
    arguments.add(context_.options.max_ring_bytes)
        .add(std::uint64_t{may_clear ? 1U : 0U})
        .add(claim_ms);
    const auto answer = [this, &partition, node = partition.node](const RedisReply& reply) {
        if (partition.node != node) return;
        partition.renewing = false;
        const auto parsed =
            context_.checked(Script::renew_lease, partition.prefix, reply, RenewLeaseReply::parse);
        if (!parsed) return;  // The next renewal is in time.
        if (parsed->is_stale) return on_stale(partition);
        set_recovering(partition, parsed->is_recovering);
        apply_news(partition, parsed->news);
        remember_nodes(partition, parsed->nodes);
        for (const std::string_view dead : parsed->to_clear) {
            ++context_.metrics.nodes_cleared;
            clear_dead_node(partition, std::string(dead));
        }
    };
    context_.bus.call(Script::renew_lease, partition.prefix, arguments, answer);
}

void PartitionLease::clear_dead_node(Partition& partition, const std::string& dead) {
    Arguments arguments = operation(partition);
    arguments.add(context_.options.max_ring_bytes).add(dead).add(cleared_per_call).add(claim_ms);
    const auto answer = [this, &partition, node = partition.node, dead](const RedisReply& reply) {
        if (partition.node != node) return;
        const auto parsed = context_.checked(Script::clear_dead_node, partition.prefix, reply,
                                             ClearDeadNodeReply::parse);
        if (!parsed) return;  // The claim lapses, and a renewal names the dead node again.
        if (parsed->is_stale) return on_stale(partition);
        apply_news(partition, parsed->news);
        if (!parsed->is_done) clear_dead_node(partition, dead);
    };
    context_.bus.call(Script::clear_dead_node, partition.prefix, arguments, answer);
}

void PartitionLease::set_recovering(Partition& partition, bool recovering) {
    const bool ended = std::exchange(partition.recovering, recovering) && !recovering;
    if (ended) listener_.on_recovered(partition);
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
    partition.registration = Partition::Registration::none;
    partition.is_broken = true;
    // Each attempt has a node id of its own, which some node has to clear.
    partition.retry_at = context_.now() + registration_pause * (1U << partition.failures);
    partition.failures = std::min(partition.failures + 1, registration_doublings_max);
    listener_.on_broken(partition);
}

void PartitionLease::take_webhooks(Partition& partition) {
    if (std::exchange(partition.taking_webhooks, true)) return;
    Arguments arguments;
    arguments.add(webhooks_per_call);
    context_.bus.call(Script::take_webhooks, partition.prefix, arguments,
                      [this, &partition](const RedisReply& reply) {
                          partition.taking_webhooks = false;
                          const auto records = context_.checked(
                              Script::take_webhooks, partition.prefix, reply, parse_texts);
                          if (!records) return;
                          for (const std::string_view record : *records) {
                              listener_.on_webhook(record);
                          }
                          if (records->size() == webhooks_per_call) take_webhooks(partition);
                      });
}

void PartitionLease::send_rules() {
    if (!context_.bus.is_up()) return;  // The next connection sends them.
    Arguments arguments;
    for (const std::string& rule : context_.apps.rules()) arguments.add(rule);
    for (const Partition& partition : partitions_) {
        context_.bus.call(Script::set_webhook_rules, partition.prefix, arguments,
                          [](const RedisReply&) {});
    }
}

void PartitionLease::leave(std::function<void()> done) {
    on_left_ = std::move(done);
    leaving_partitions_ = 1;
    if (!context_.bus.is_up()) return left();
    for (Partition& partition : partitions_) {
        if (partition.registration == Partition::Registration::none) continue;
        ++leaving_partitions_;
        context_.bus.call(Script::unregister_node, partition.prefix, operation(partition),
                          [this](const RedisReply&) { left(); });
        partition.registration = Partition::Registration::none;
        partition.node.clear();
    }
    left();
}

void PartitionLease::left() {
    if (--leaving_partitions_ == 0 && on_left_) std::exchange(on_left_, nullptr)();
}

}  // namespace carillon
