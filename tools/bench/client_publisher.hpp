#pragma once

#include <string>
#include <vector>

#include "bench_options.hpp"
#include "publish_log.hpp"
#include "publisher.hpp"
#include "subscribers.hpp"

namespace carillon::bench {

/// Publishes client events over WebSocket: one sender a channel, its first subscriber. Nothing is
/// answered, so an event counts as in flight until its deliveries have arrived.
class ClientPublisher final : public Publisher {
public:
    ClientPublisher(const PublishOptions& options, std::uint32_t channels, Subscribers& subscribers,
                    PublishLog& log);

    std::optional<std::int64_t> pump(Schedule& schedule, std::int64_t now_ns) override;
    [[nodiscard]] std::size_t in_flight() const noexcept override { return 0; }
    void abandon() override {}

private:
    [[nodiscard]] bool may_send(std::uint32_t deliveries) const noexcept;
    [[nodiscard]] bool send(std::uint32_t channel, Schedule& schedule, std::int64_t now_ns);

    PublishOptions options_;
    std::uint32_t channels_;
    Subscribers& subscribers_;
    PublishLog& log_;
    std::vector<std::string> openings_;  // By channel: a client event up to its marker.
    std::string ending_;                 // What follows the marker.
    std::uint32_t next_channel_ = 0;
    std::string text_;
};

}  // namespace carillon::bench
