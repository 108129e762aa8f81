#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "breaker.hpp"
#include "carillon/apps/webhook_endpoint.hpp"
#include "carillon/base/time.hpp"
#include "carillon/webhooks/options.hpp"
#include "delivery.hpp"
#include "retry.hpp"
#include "waiting_events.hpp"

namespace carillon {

/// The settings of an endpoint's queue.
struct QueueRules {
    std::size_t batch_events_max = WebhookEndpoint{}.batch_events_max;
    Duration batch_delay = WebhookEndpoint{}.batch_delay;
    Duration retry_for = std::chrono::seconds(WebhookOptions{}.retry_seconds);
    std::size_t bytes_max = WebhookOptions{}.max_queued_bytes;
};

/// The result of one request.
struct Attempt {
    enum class Verdict : std::uint8_t { delivered, failed, gone };
    Verdict verdict = Verdict::failed;
    Duration retry_after{};  ///< from the Retry-After header; 0 without one
};

/// The events queued for one endpoint, in lanes: a channel or user always has the same lane, and a
/// lane has one request in flight, so events of one channel arrive in order. The channels of a lane
/// take turns. If the queue overflows, those pay that fill it: of public channels or of the others,
/// whichever hold more, the last event of the channel that holds most is given up. Decides which
/// events are sent when, retried and given up. Pure: `WebhookSender` makes the requests and passes
/// the time in. Source: wire.md 6.4.
class EndpointQueue {
public:
    static constexpr std::size_t lanes = 8;
    static constexpr std::size_t batch_bytes_max = 256U << 10U;

    using OnGivenUp = std::function<void(std::string_view reason, std::string delivery,
                                         std::vector<QueuedEvent>)>;

    EndpointQueue(QueueRules rules, Random random, OnGivenUp on_given_up)
        : rules_(rules), random_(std::move(random)), on_given_up_(std::move(on_given_up)) {}

    void set_rules(QueueRules rules) { rules_ = rules; }

    void push(QueuedEvent event, TimePoint now);
    /// Queues what an earlier run stored. Before any `push`.
    void restore(Delivery delivery, TimePoint now);

    /// The server is stopping: failed deliveries are retried now rather than after their back-off,
    /// unless the endpoint has asked for a pause.
    void retry_now(TimePoint now);

    /// A request to make now.
    struct Start {
        std::size_t lane;
        Delivery* delivery;  ///< valid until `finish`
    };
    [[nodiscard]] std::optional<Start> start(TimePoint now);

    enum class Change : std::uint8_t { none, began_failing, recovered };
    [[nodiscard]] Change finish(std::size_t lane, Attempt attempt, TimePoint now);

    /// The requests in flight are dropped and made again.
    void retry_all(TimePoint now);

    /// Gives up what has been tried, or has waited without any success, for `retry_for`. Call it
    /// before `start`.
    void expire(TimePoint now);

    /// When to call `expire` and `start` next; nullopt if only an event or a result changes
    /// anything.
    [[nodiscard]] std::optional<TimePoint> next_due() const;

    [[nodiscard]] bool empty() const noexcept { return events_ == 0; }
    [[nodiscard]] std::size_t events() const noexcept { return events_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] Breaker::State breaker() const noexcept { return breaker_.state(); }

    /// Removes and returns everything, as deliveries; the order of each channel is kept.
    [[nodiscard]] std::vector<Delivery> take_all(TimePoint now);

private:
    struct Lane {
        std::deque<Delivery> deliveries;  ///< the first is in flight, or waits for a retry
        WaitingEvents waiting;
        bool in_flight = false;
        TimePoint next_try{};
    };

    [[nodiscard]] static std::size_t lane_of(const QueuedEvent& event) noexcept;
    void form_delivery(Lane& lane, TimePoint now);
    [[nodiscard]] TimePoint ready_at(const Lane& lane) const;
    [[nodiscard]] bool is_expired(const QueuedEvent& event, TimePoint now) const;
    /// Gives up one event that waits; false if none does.
    bool give_up_last();
    void uncount(const std::vector<QueuedEvent>& events);
    void give_up(Lane& lane, std::string_view reason);
    void expire_waiting(Lane& lane, TimePoint now);
    void back_off(Lane& lane, const Attempt& attempt, TimePoint now);
    [[nodiscard]] std::string new_id();

    QueueRules rules_;
    Random random_;
    OnGivenUp on_given_up_;
    std::array<Lane, lanes> lanes_;
    std::size_t next_lane_ = 0;
    Breaker breaker_;
    TimePoint paused_until_{};
    TimePoint last_success_{};
    std::size_t events_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace carillon
