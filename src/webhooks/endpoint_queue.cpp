#include "endpoint_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "carillon/base/hash.hpp"

namespace carillon {
namespace {

constexpr std::chrono::seconds retry_delay_max{60};
constexpr std::chrono::hours pause_max{1};

}  // namespace

std::size_t EndpointQueue::lane_of(const QueuedEvent& event) noexcept {
    const std::uint64_t hash = fnv1a(event.subject);
    return (hash ^ (hash >> 32U)) % lanes;
}

std::string EndpointQueue::new_id() {
    return fmt::format("{:016x}{:016x}", random_(), random_());
}

void EndpointQueue::push(QueuedEvent event, TimePoint now) {
    event.queued_at = now;
    bytes_ += WaitingEvents::bytes_of(event);
    ++events_;
    Lane& lane = lanes_[lane_of(event)];
    lane.waiting.push(std::move(event));
    while (bytes_ > rules_.bytes_max && give_up_last()) {
    }
}

bool EndpointQueue::give_up_last() {
    using Group = WaitingEvents::Group;
    const auto bytes = [this](Group group) {
        std::size_t all = 0;
        for (const Lane& lane : lanes_) all += lane.waiting.bytes(group);
        return all;
    };
    const Group group =
        bytes(Group::open) >= bytes(Group::signed_in) ? Group::open : Group::signed_in;
    Lane& lane = *std::ranges::max_element(
        lanes_, {}, [group](const Lane& one) { return one.waiting.heaviest(group); });
    if (lane.waiting.heaviest(group).first == 0) return false;
    std::vector<QueuedEvent> lost;
    lost.push_back(lane.waiting.take_last_of_heaviest(group));
    uncount(lost);
    on_given_up_(give_up_reason::overflow, new_id(), std::move(lost));
    return true;
}

void EndpointQueue::restore(Delivery delivery, TimePoint now) {
    if (delivery.events.empty()) return;
    for (QueuedEvent& event : delivery.events) {
        event.queued_at = now;
        bytes_ += WaitingEvents::bytes_of(event);
    }
    events_ += delivery.events.size();
    Lane& lane = lanes_[lane_of(delivery.events.front())];
    if (delivery.id.empty()) {
        for (QueuedEvent& event : delivery.events) lane.waiting.push(std::move(event));
    } else {
        lane.deliveries.push_back(std::move(delivery));
    }
}

TimePoint EndpointQueue::ready_at(const Lane& lane) const {
    if (lane.in_flight) return TimePoint::max();
    if (!lane.deliveries.empty()) return std::max(lane.next_try, paused_until_);
    if (lane.waiting.empty()) return TimePoint::max();
    if (lane.waiting.size() >= rules_.batch_events_max) return paused_until_;
    return std::max(lane.waiting.oldest().queued_at + rules_.batch_delay, paused_until_);
}

std::optional<EndpointQueue::Start> EndpointQueue::start(TimePoint now) {
    if (!breaker_.admits(now)) return std::nullopt;
    for (std::size_t tried = 0; tried < lanes; ++tried) {
        const std::size_t lane_index = next_lane_;
        next_lane_ = (next_lane_ + 1) % lanes;
        Lane& lane = lanes_[lane_index];
        if (ready_at(lane) > now) continue;
        if (lane.deliveries.empty()) form_delivery(lane, now);
        Delivery& delivery = lane.deliveries.front();
        if (delivery.attempts++ == 0) delivery.first_attempt = now;
        lane.in_flight = true;
        breaker_.begin();
        return Start{lane_index, &delivery};
    }
    return std::nullopt;
}

void EndpointQueue::form_delivery(Lane& lane, TimePoint now) {
    Delivery& delivery = lane.deliveries.emplace_back();
    delivery.id = new_id();
    delivery.first_attempt = now;
    std::size_t bytes = 0;
    while (!lane.waiting.empty() && delivery.events.size() < rules_.batch_events_max) {
        bytes += lane.waiting.next().text.size();
        if (bytes > batch_bytes_max && !delivery.events.empty()) break;
        delivery.events.push_back(lane.waiting.take_next());
    }
}

EndpointQueue::Change EndpointQueue::finish(std::size_t lane_index, Attempt attempt,
                                            TimePoint now) {
    Lane& lane = lanes_[lane_index];
    lane.in_flight = false;
    if (attempt.verdict == Attempt::Verdict::failed) {
        back_off(lane, attempt, now);
        return breaker_.failed(now, random_()) ? Change::began_failing : Change::none;
    }
    if (attempt.verdict == Attempt::Verdict::gone) {
        give_up(lane, give_up_reason::gone);
    } else {
        uncount(lane.deliveries.front().events);
        lane.deliveries.pop_front();
        last_success_ = now;
    }
    lane.next_try = now;
    if (!breaker_.succeeded()) return Change::none;
    for (Lane& other : lanes_) other.next_try = std::min(other.next_try, now);
    return Change::recovered;
}

void EndpointQueue::back_off(Lane& lane, const Attempt& attempt, TimePoint now) {
    const Delivery& delivery = lane.deliveries.front();
    lane.next_try = now + retry_delay(delivery.attempts, retry_delay_max, random_());
    if (attempt.retry_after > Duration::zero()) {
        paused_until_ = now + std::min<Duration>(attempt.retry_after, pause_max);
    }
}

void EndpointQueue::expire(TimePoint now) {
    for (Lane& lane : lanes_) {
        if (lane.in_flight) continue;
        while (!lane.deliveries.empty()) {
            const Delivery& first = lane.deliveries.front();
            const bool tried_enough =
                first.attempts > 0 && now - first.first_attempt >= rules_.retry_for;
            if (!tried_enough && !is_expired(first.events.front(), now)) break;
            give_up(lane, give_up_reason::expired);
        }
        if (lane.deliveries.empty()) expire_waiting(lane, now);
    }
}

void EndpointQueue::expire_waiting(Lane& lane, TimePoint now) {
    const auto can_expire = [&](const std::vector<QueuedEvent>& with) {
        return !lane.waiting.empty() && is_expired(lane.waiting.oldest(), now) &&
               with.size() < rules_.batch_events_max;
    };
    while (can_expire({})) {
        std::vector<QueuedEvent> events;
        while (can_expire(events)) {
            events.push_back(lane.waiting.take_oldest());
        }
        uncount(events);
        on_given_up_(give_up_reason::expired, new_id(), std::move(events));
    }
}

/// It has waited for `retry_for`, and no request has succeeded in all that time. A queue that makes
/// progress, however slowly, gives nothing up.
bool EndpointQueue::is_expired(const QueuedEvent& event, TimePoint now) const {
    return now - event.queued_at >= rules_.retry_for && last_success_ < event.queued_at;
}

void EndpointQueue::uncount(const std::vector<QueuedEvent>& events) {
    events_ -= events.size();
    for (const QueuedEvent& event : events) bytes_ -= WaitingEvents::bytes_of(event);
}

void EndpointQueue::give_up(Lane& lane, std::string_view reason) {
    Delivery delivery = std::move(lane.deliveries.front());
    lane.deliveries.pop_front();
    uncount(delivery.events);
    on_given_up_(reason, std::move(delivery.id), std::move(delivery.events));
}

std::optional<TimePoint> EndpointQueue::next_due() const {
    TimePoint due = TimePoint::max();
    const bool may_start = breaker_.state() != Breaker::State::half_open;
    const TimePoint opens = breaker_.opens_at().value_or(TimePoint::min());
    for (const Lane& lane : lanes_) {
        if (lane.in_flight) continue;
        if (may_start && ready_at(lane) != TimePoint::max()) {
            due = std::min(due, std::max(ready_at(lane), opens));
        }
        if (!lane.deliveries.empty()) {
            const Delivery& first = lane.deliveries.front();
            const TimePoint waits_since = first.events.front().queued_at;
            if (first.attempts > 0) {
                due = std::min(due, first.first_attempt + rules_.retry_for);
            } else if (last_success_ < waits_since) {
                due = std::min(due, waits_since + rules_.retry_for);
            }
        } else if (!lane.waiting.empty() && last_success_ < lane.waiting.oldest().queued_at) {
            due = std::min(due, lane.waiting.oldest().queued_at + rules_.retry_for);
        }
    }
    if (due == TimePoint::max()) return std::nullopt;
    return due;
}

void EndpointQueue::retry_all(TimePoint now) {
    for (Lane& lane : lanes_) {
        if (std::exchange(lane.in_flight, false)) lane.next_try = now;
    }
    breaker_.cancel_probe(now);
}

void EndpointQueue::retry_now(TimePoint now) {
    for (Lane& lane : lanes_) lane.next_try = std::min(lane.next_try, now);
    breaker_.probe_now(now);
}

std::vector<Delivery> EndpointQueue::take_all(TimePoint now) {
    std::vector<Delivery> all;
    for (Lane& lane : lanes_) {
        while (!lane.waiting.empty()) form_delivery(lane, now);
        std::ranges::move(lane.deliveries, std::back_inserter(all));
        lane = {};
    }
    events_ = 0;
    bytes_ = 0;
    return all;
}

}  // namespace carillon
