#include "publisher.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace carillon {
namespace {

constexpr std::size_t publishes_in_flight_max = 1024;
/// What is published so long after it was accepted.
constexpr std::chrono::seconds late_after{1};
constexpr std::chrono::milliseconds stall_time{100};
constexpr std::chrono::milliseconds lag{500};

}  // namespace

Publisher::Publisher(ClusterContext& context, std::deque<Partition>& partitions,
                     PublishBudget& budget, Observer& observer)
    : context_(context),
      partitions_(partitions),
      budget_(budget),
      observer_(observer),
      // The share of this shard in the node's.
      buffer_(context.options.max_pending_bytes * partitions.size() / context.options.partitions) {}

void Publisher::publish(PendingEvent event) {
    PendingEvent& kept = buffer_.push(std::move(event));
    if (detached_) deliver_detached(kept);
}

void Publisher::on_up(bool other_server) {
    in_flight_ = 0;
    stalled_until_ = {};
    // Another server may have older data: all events are sent again, and it ignores those it has.
    if (other_server) {
        return on_memory_lost();
    } else {
        buffer_.restart_clock(context_.now());
    }
    start_over();
}

void Publisher::on_down() {
    in_flight_ = 0;
}

void Publisher::start_over() {
    buffer_.rewind();
    for (Partition& partition : partitions_) {
        partition.last_sent_event = partition.last_confirmed_event;
    }
}

/// All kept events are sent again, and Redis ignores those it has.
void Publisher::on_memory_lost() {
    buffer_.rewind_all();
    for (Partition& partition : partitions_) partition.last_confirmed_event = 0;
    start_over();
}

void Publisher::set_detached(bool detached) {
    if (std::exchange(detached_, detached) == detached || !detached) return;
    // Also confirmed ones: Redis may have been lost before their messages reached this node.
    for (PendingEvent& event : buffer_.all()) deliver_detached(event);
}

void Publisher::deliver_detached(PendingEvent& event) {
    observer_.on_detached(event);
    answer(event);
}

void Publisher::answer(PendingEvent& event) {
    if (std::exchange(event.answered, true) || event.receipt == 0) return;
    observer_.answer(event.edge, PublishAnswer{event.receipt});
}

bool Publisher::is_overdue(Duration timeout) {
    const auto& kept = buffer_.all();
    const auto waiting = std::ranges::find(kept, false, &PendingEvent::answered);
    return waiting != kept.end() && context_.now() - waiting->accepted >= timeout;
}

bool Publisher::lags() {
    const PendingEvent* const oldest = buffer_.oldest_unconfirmed();
    return oldest != nullptr && context_.now() - oldest->accepted >= lag;
}

void Publisher::end_turn() {
    if (!context_.bus.is_up() || context_.now() < stalled_until_) return;
    while (in_flight_ < publishes_in_flight_max) {
        PendingEvent* const event = buffer_.next();
        if (event == nullptr) return;
        if (!can_be_dated(*event)) return buffer_.put_back(*event);
        send(*event);
    }
}

/// A termination that is published late says when it was accepted, by the partition's time: that is
/// known once the partition has answered on this connection. Unless it never does. Otherwise the
/// time of its publication is exact.
bool Publisher::can_be_dated(const PendingEvent& event) const {
    const Partition& partition = partitions_[event.partition];
    return !is_late_termination(event) || partition.clock_offset || partition.is_broken;
}

bool Publisher::is_late_termination(const PendingEvent& event) const {
    return event.kind == static_cast<char>(BusMessage::Kind::terminate) &&
           context_.now() - event.accepted >= late_after;
}

std::string Publisher::date_of(const PendingEvent& event) const {
    const auto& offset = partitions_[event.partition].clock_offset;
    if (!offset || !is_late_termination(event)) return {};
    // Rather a little later: who had signed in by then must go.
    const auto time = event.accepted.time_since_epoch() + offset->at_most;
    return std::to_string(std::chrono::ceil<std::chrono::milliseconds>(time).count());
}

void Publisher::send(PendingEvent& event) {
    Partition& partition = partitions_[event.partition];
    const bool is_termination = event.kind == static_cast<char>(BusMessage::Kind::terminate);
    const std::string date = is_termination ? date_of(event) : std::string();
    const std::string excluded = excluded_text(event.excluded);
    scripts::Publish request{
        .epoch = context_.run_id,
        .ring_bytes = context_.options.max_ring_bytes,
        .topic = event.topic,
        .process = context_.process,
        .counter = event.counter,
        .predecessor = partition.last_sent_event,
        .kind = event.kind,
        .excluded = excluded,
        .body = is_termination ? std::string_view(date) : std::string_view(event.text),
    };
    if (event.cache) {
        request.cache_time = std::chrono::duration_cast<std::chrono::milliseconds>(*event.cache);
    }
    partition.last_sent_event = event.counter;
    ++in_flight_;
    context_.bus.run(
        partition.prefix, request,
        [this, counter = event.counter](const ScriptResult<scripts::Publish::Reply>& result) {
            --in_flight_;
            on_answer(counter, result);
        });
}

void Publisher::on_answer(std::uint64_t counter,
                          const ScriptResult<scripts::Publish::Reply>& result) {
    PendingEvent* const event = buffer_.find(counter);
    if (event == nullptr) return;
    Partition& partition = partitions_[event->partition];
    if (result && result->is_out_of_order && result->last_event < partition.last_confirmed_event) {
        return on_memory_lost();
    }
    const bool has_no_place =
        result ? result->is_out_of_order : result.failure() == ScriptFailure::out_of_memory;
    if (has_no_place) return stall();
    if (result) {
        partition.last_confirmed_event = std::max(partition.last_confirmed_event, counter);
    }
    // An event that cannot be published must not hold up the other channels.
    if (!result) observer_.on_detached(*event);
    if (!std::exchange(event->paid_back, true)) budget_.release(event->cost);
    answer(*event);
    buffer_.confirm(*event, context_.now());
}

/// Redis' memory is full, or an event before this one is missing: a little later, all are sent
/// again in order.
void Publisher::stall() {
    if (context_.now() < stalled_until_) return;
    stalled_until_ = context_.now() + stall_time;
    start_over();
}

void Publisher::advance() {
    buffer_.forget(context_.bus.is_up() ? context_.bus.answered() : TimePoint{});
    context_.metrics.pending_events = buffer_.size();
    context_.metrics.pending_bytes = buffer_.bytes();
}

}  // namespace carillon
