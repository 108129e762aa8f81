#include "client_publisher.hpp"

#include <fmt/format.h>

#include <array>

#include "marker.hpp"

namespace carillon::bench {
namespace {

constexpr std::int64_t congestion_pause_ns = 1'000'000;

}  // namespace

ClientPublisher::ClientPublisher(const PublishOptions& options, std::uint32_t channels,
                                 Subscribers& subscribers, PublishLog& log)
    : options_(options),
      channels_(channels),
      subscribers_(subscribers),
      log_(log),
      ending_(std::string(options.payload_bytes - Marker::size, 'x') + "\"}") {
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
        openings_.push_back(fmt::format(R"({{"event":"client-bench","channel":"{}","data":")",
                                        subscribers.names().name(channel)));
    }
}

std::optional<std::int64_t> ClientPublisher::pump(Schedule& schedule, std::int64_t now_ns) {
    for (std::uint32_t skipped = 0; skipped < channels_ && schedule.due(now_ns) > 0;) {
        const std::uint32_t channel = next_channel_;
        const std::uint32_t subscribers = subscribers_.count(channel);
        if (subscribers > 1 && !may_send(subscribers - 1)) return std::nullopt;
        next_channel_ = (next_channel_ + 1) % channels_;
        skipped = subscribers > 1 && send(channel, schedule, now_ns) ? 0 : skipped + 1;
    }
    if (schedule.due(now_ns) > 0) return now_ns + congestion_pause_ns;
    return schedule.when_due(1);
}

bool ClientPublisher::may_send(std::uint32_t deliveries) const noexcept {
    if (options_.rate > 0) return true;
    const std::uint64_t received = subscribers_.counts().received;
    const std::uint64_t allowed = std::uint64_t{options_.in_flight} * deliveries;
    return counts_.expected + deliveries <= received + allowed;
}

bool ClientPublisher::send(std::uint32_t channel, Schedule& schedule, std::int64_t now_ns) {
    Subscriber* const sender = subscribers_.sender(channel);
    if (sender == nullptr || sender->congested()) return false;
    const std::int64_t due_ns = schedule.take(now_ns);
    lags_.record(now_ns - due_ns);
    std::array<char, Marker::size> marker;
    write_marker({0, channel, log_.take(0, channel), due_ns}, marker.data());
    text_.assign(openings_[channel]).append(marker.data(), marker.size()).append(ending_);
    ++counts_.events;
    ++counts_.requests;
    counts_.expected += subscribers_.count(channel) - 1;
    counts_.bytes += text_.size();
    sender->send_text(text_);
    return true;
}

}  // namespace carillon::bench
