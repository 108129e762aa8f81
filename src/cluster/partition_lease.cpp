#include "partition_lease.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace carillon {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t cleared_at_once = 200;
/// Whoever asks first when the time has come ends a recovery.
constexpr milliseconds recovery_poll{500};
constexpr std::uint64_t claim_ms = 5000;
constexpr std::uint64_t webhooks_at_once = 100;
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
    if (to_leave_ > 0) return;
    up_since_ = context_.now();
    for (Partition& partition : partitions_) {
        if (other_server || partition.registration != Partition::Registration::registered) {
            register_in(partition);
        } else {
            renew(partition);
        }
    }
    tell_rules();  // They may have changed meanwhile.
}

bool PartitionLease::is_registered() const {
    return std::ranges::all_of(partitions_, [](const Partition& one) {
        return one.registration == Partition::Registration::registered;
    });
}

void PartitionLease::on_down() {
    for (Partition& partition : partitions_) {
        partition.renewing = partition.taking = false;
        if (partition.registration != Partition::Registration::registered) {
            partition.registration = Partition::Registration::none;
        }
    }
    if (gone_) std::exchange(gone_, nullptr)();
}

void PartitionLease::register_in(Partition& partition) {
    partition.registration = Partition::Registration::registering;
    // Until Redis knows the new id it may have been told of what the one before has resynced.
    const std::string former = partition.node;
    if (!former.empty()) partition.former.push_back(former);
    partition.node = context_.process + '.' + std::to_string(++partition.registrations);
    partition.operations = 0;
    partition.renewing = false;  // Whatever is under way is of an id that is over.
    partition.retry_at = TimePoint::max();
    std::string known;
    if (partition.was_registered) {
        known = context_.process;
        for (const std::string& process : partition.known) known.append(" ").append(process);
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
        const auto parsed =
            context_.checked(Script::register_node, partition.prefix, reply, RegisterReply::parse);
        if (!parsed) return on_broken(partition);
        partition.was_registered = true;
        partition.run_id = context_.run_id;
        partition.registration = Partition::Registration::resyncing;
        partition.renew_at = context_.now() + context_.lease() * 3 / 10;
        partition.recovering = parsed->is_recovering;
        note_nodes(partition, parsed->nodes);
        partition.to_resync = listener_.resync(partition);
        if (partition.to_resync == 0) complete(partition);
    };
    context_.bus.call(Script::register_node, partition.prefix, arguments, answer);
}

void PartitionLease::resynced(Partition& partition) {
    if (partition.to_resync == 0 || --partition.to_resync > 0) return;
    complete(partition);
}

void PartitionLease::complete(Partition& partition) {
    Arguments arguments = operation(partition);
    arguments.add(context_.options.max_ring_bytes);
    const auto answer = [this, &partition, node = partition.node](const RedisReply& reply) {
        if (partition.node != node) return;
        const auto parsed =
            context_.checked(Script::finish_resync, partition.prefix, reply, CompleteReply::parse);
        if (!parsed) return on_broken(partition);
        if (parsed->is_stale) return on_stale(partition);
        partition.registration = Partition::Registration::registered;
        partition.is_broken = false;
        partition.failures = 0;
        // Even if no recovery is seen any more: it may have been one until just now.
        if (partition.recovering) set_recovering(partition, parsed->is_recovering);
        note(partition, parsed->news);
        for (const std::string& former : std::exchange(partition.former, {})) {
            clear(partition, former);
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
        if (now >= partition.retry_at && to_leave_ == 0) register_in(partition);
        const bool due = now >= partition.renew_at || now >= partition.due_at ||
                         (partition.recovering && now >= partition.asked_at + recovery_poll);
        const bool registered = partition.registration == Partition::Registration::registered ||
                                partition.registration == Partition::Registration::resyncing;
        if (due && registered && !partition.renewing) renew(partition);
    }
}

void PartitionLease::renew(Partition& partition) {
    partition.renewing = true;
    partition.asked_at = context_.now();
    partition.due_at = TimePoint::max();
    partition.renew_at = context_.now() + context_.lease() * 3 / 10;
    // Who was cut off may have come back together with those it takes for dead.
    const bool may_clear = context_.now() - up_since_ >= context_.lease();
    Arguments arguments = operation(partition);
    arguments.add(context_.options.max_ring_bytes)
        .add(std::uint64_t{may_clear ? 1U : 0U})
        .add(claim_ms);
    const auto answer = [this, &partition, node = partition.node](const RedisReply& reply) {
        if (partition.node != node) return;
        partition.renewing = false;
        const auto parsed =
            context_.checked(Script::renew_lease, partition.prefix, reply, RenewReply::parse);
        if (!parsed) return;  // It is renewed again in time.
        if (parsed->is_stale) return on_stale(partition);
        set_recovering(partition, parsed->is_recovering);
        note(partition, parsed->news);
        note_nodes(partition, parsed->nodes);
        for (const std::string_view dead : parsed->to_clear) {
            ++context_.metrics.nodes_cleared;
            clear(partition, std::string(dead));
        }
    };
    context_.bus.call(Script::renew_lease, partition.prefix, arguments, answer);
}

void PartitionLease::clear(Partition& partition, const std::string& dead) {
    Arguments arguments = operation(partition);
    arguments.add(context_.options.max_ring_bytes).add(dead).add(cleared_at_once).add(claim_ms);
    const auto answer = [this, &partition, node = partition.node, dead](const RedisReply& reply) {
        if (partition.node != node) return;
        const auto parsed =
            context_.checked(Script::clear_dead_node, partition.prefix, reply, ClearReply::parse);
        if (!parsed) return;  // The claim lapses, and a renewal names the dead node again.
        if (parsed->is_stale) return on_stale(partition);
        note(partition, parsed->news);
        if (!parsed->is_done) clear(partition, dead);
    };
    context_.bus.call(Script::clear_dead_node, partition.prefix, arguments, answer);
}

void PartitionLease::set_recovering(Partition& partition, bool recovering) {
    const bool ended = std::exchange(partition.recovering, recovering) && !recovering;
    if (ended) listener_.on_recovered(partition);
}

void PartitionLease::note_nodes(Partition& partition, const std::vector<std::string_view>& nodes) {
    partition.known.clear();
    for (const std::string_view node : nodes) {
        std::string process = process_of(node);
        if (std::ranges::find(partition.known, process) == partition.known.end()) {
            partition.known.push_back(std::move(process));
        }
    }
}

void PartitionLease::note(Partition& partition, const PartitionNews& news) {
    if (news.due) {
        partition.due_at = std::min<TimePoint>(partition.due_at, context_.now() + *news.due);
    }
    if (news.has_webhooks) take_webhooks(partition);
}

void PartitionLease::on_broken(Partition& partition) {
    partition.registration = Partition::Registration::none;
    partition.is_broken = true;
    // Each attempt has an id of its own, which others must clean up after.
    partition.retry_at = context_.now() + registration_pause * (1U << partition.failures);
    partition.failures = std::min(partition.failures + 1, registration_doublings_max);
    listener_.on_broken(partition);
}

void PartitionLease::take_webhooks(Partition& partition) {
    if (std::exchange(partition.taking, true)) return;
    Arguments arguments;
    arguments.add(webhooks_at_once);
    context_.bus.call(Script::take_webhooks, partition.prefix, arguments,
                      [this, &partition](const RedisReply& reply) {
                          partition.taking = false;
                          const auto records = context_.checked(
                              Script::take_webhooks, partition.prefix, reply, parse_texts);
                          if (!records) return;
                          for (const std::string_view record : *records) {
                              listener_.on_webhook(record);
                          }
                          if (records->size() == webhooks_at_once) take_webhooks(partition);
                      });
}

void PartitionLease::tell_rules() {
    if (!context_.bus.is_up()) return;  // The next registration tells them.
    Arguments arguments;
    for (const std::string& rule : context_.apps.rules()) arguments.add(rule);
    for (const Partition& partition : partitions_) {
        context_.bus.call(Script::set_webhook_rules, partition.prefix, arguments,
                          [](const RedisReply&) {});
    }
}

void PartitionLease::leave(std::function<void()> done) {
    gone_ = std::move(done);
    to_leave_ = 1;
    if (!context_.bus.is_up()) return left();
    for (Partition& partition : partitions_) {
        if (partition.registration == Partition::Registration::none) continue;
        ++to_leave_;
        context_.bus.call(Script::unregister_node, partition.prefix, operation(partition),
                          [this](const RedisReply&) { left(); });
        partition.registration = Partition::Registration::none;
        partition.node.clear();
    }
    left();
}

void PartitionLease::left() {
    if (--to_leave_ == 0 && gone_) std::exchange(gone_, nullptr)();
}

}  // namespace carillon
