#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench_options.hpp"
#include "channel_names.hpp"
#include "delivery_ledger.hpp"
#include "destination.hpp"
#include "latency_histogram.hpp"
#include "marker.hpp"
#include "publish_log.hpp"
#include "subscriber.hpp"

namespace carillon::bench {

/// What reached the subscribers, added up since the start.
struct SubscriberCounts {
    std::uint32_t ready = 0;   ///< connections with all their subscriptions
    std::uint32_t failed = 0;  ///< that never became ready
    std::uint32_t closed = 0;  ///< by the server, after they were ready
    std::uint64_t subscriptions = 0;
    std::uint64_t received = 0;  ///< each delivery once
    std::uint64_t duplicated = 0;
    std::uint64_t out_of_order = 0;
    std::uint64_t misdirected = 0;  ///< on a connection that has not subscribed to the channel
    std::uint64_t bytes = 0;
    std::map<int, std::uint64_t> close_codes;
    std::map<int, std::uint64_t> errors;  ///< codes of pusher:error; 0 for one without
};

/// All subscribers and the account of what they received. Connection i has the subscriptions i·k …
/// i·k + k − 1 for k channels per connection; subscription s is to channel s mod channels.
class Subscribers final : private SubscriberHost {
public:
    Subscribers(const SubscriberOptions& options, const BenchTarget& target,
                Destination& destination, ReadySet& ready, std::size_t publishers);

    /// Begins as many connections as may be opening at a time. Call it each turn until `opened`.
    void open_more();
    [[nodiscard]] bool opened() const noexcept;
    /// No subscriber is left.
    [[nodiscard]] bool is_gone() const noexcept { return counts_.closed >= counts_.ready; }

    /// Only events that were due from then on count for the latencies.
    void measure_from(std::int64_t ns) noexcept { measured_from_ = ns; }

    [[nodiscard]] const SubscriberCounts& counts() const noexcept { return counts_; }
    [[nodiscard]] const LatencyHistogram& latencies() const noexcept { return latencies_; }
    [[nodiscard]] const LatencyHistogram& connect_times() const noexcept { return connect_times_; }
    [[nodiscard]] const ChannelNames& names() const noexcept { return names_; }

    /// Confirmed subscriptions to the channel.
    [[nodiscard]] std::uint32_t count(std::uint32_t channel) const {
        return subscription_counts_[channel];
    }
    /// The first connection that is subscribed to the channel; null if none is, or it has closed.
    [[nodiscard]] Subscriber* sender(std::uint32_t channel);

    struct Missing {
        std::uint64_t lost = 0;
        std::uint64_t forgotten = 0;  ///< see DeliveryLedger::forgotten
    };
    /// What the log holds and no subscriber got. With `senders_excluded` the sender of a channel
    /// expects nothing on it.
    [[nodiscard]] Missing missing(const PublishLog& log, bool senders_excluded) const;

private:
    std::span<char> scratch() override { return *scratch_; }
    void append_subscribes(std::uint32_t index, std::string_view socket_id,
                           std::string& out) override;
    void on_bytes(std::size_t size) override;
    bool on_event(std::uint32_t index, std::string_view text) override;
    void on_protocol_message(Subscriber& subscriber, std::string_view text) override;
    void on_closed(Subscriber& subscriber, int code) override;

    [[nodiscard]] std::optional<std::size_t> subscription(std::uint32_t index,
                                                          std::uint32_t channel) const noexcept;
    void confirm(std::uint32_t index, std::uint32_t channel);
    void finish_opening(std::uint32_t index, bool ready);

    SubscriberOptions options_;
    BenchTarget target_;
    Destination& destination_;
    ReadySet& ready_set_;
    std::size_t publishers_;
    ChannelNames names_;
    std::string upgrade_;

    std::vector<std::unique_ptr<Subscriber>> subscribers_;
    std::vector<std::int64_t> opening_since_;         // By connection; 0 when it is not opening.
    std::vector<std::uint32_t> unconfirmed_;          // By connection.
    std::vector<bool> confirmed_;                     // By subscription.
    std::vector<std::uint32_t> subscription_counts_;  // By channel.
    std::vector<std::uint32_t>
        first_subscriptions_;  // By channel: the lowest subscription confirmed.
    std::uint32_t next_to_open_ = 0;
    std::uint32_t opening_ = 0;

    DeliveryLedger ledger_;
    MarkerFinder finder_;
    LatencyHistogram latencies_;
    LatencyHistogram connect_times_;
    SubscriberCounts counts_;
    std::int64_t measured_from_ = 0;
    std::int64_t received_at_ = 0;  // When the bytes in the scratch buffer came.
    std::unique_ptr<std::array<char, 262144>> scratch_;
};

}  // namespace carillon::bench
