#include "rest_publisher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ranges>

#include "clock.hpp"
#include "marker.hpp"

namespace carillon::bench {
namespace {

constexpr std::int64_t rest_ns = 100'000'000;

std::int64_t unix_seconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string path_of(const BenchTarget& target, const PublishOptions& options) {
    return fmt::format("/apps/{}/{}", target.app_id, options.batch > 1 ? "batch_events" : "events");
}

}  // namespace

RestPublisher::RestPublisher(const PublishOptions& options, const BenchTarget& target,
                             std::uint32_t channels, Destination& destination, ReadySet& ready,
                             const Subscribers& subscribers, PublishLog& log)
    : options_(options),
      channels_(channels),
      subscribers_(subscribers),
      log_(log),
      signer_(target.credential, target.path_prefix, path_of(target, options),
              destination.host_field(), options.keep_alive),
      padding_(options.payload_bytes - Marker::size, 'x'),
      requests_(options.in_flight) {
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
        openings_.push_back(fmt::format(R"({{"name":"bench","channel":"{}","data":")",
                                        subscribers.names().name(channel)));
    }
    for (std::uint32_t number = options.in_flight; number-- > 0;) {
        free_.push_back(static_cast<std::uint16_t>(number));
    }
    RestConnectionHost& host = *this;  // make_unique may not see the private base.
    for (std::uint32_t number = 0; number < options.in_flight; ++number) {
        connections_.push_back(std::make_unique<RestConnection>(
            host, destination, ready, static_cast<std::uint16_t>(number), options.keep_alive));
    }
}

std::optional<std::int64_t> RestPublisher::pump(Schedule& schedule, std::int64_t now_ns) {
    if (now_ns < resting_until_ns_) return resting_until_ns_;
    for (std::size_t tries = free_.size(); tries > 0 && !free_.empty(); --tries) {
        const std::uint64_t wanted = std::min<std::uint64_t>(options_.batch, schedule.remaining());
        if (wanted == 0) return std::nullopt;
        if (schedule.due(now_ns) < wanted) return schedule.when_due(wanted);
        const std::uint16_t connection = free_.back();
        free_.pop_back();
        send(connection, wanted, schedule, now_ns);
    }
    if (resting_until_ns_ > now_ns) return resting_until_ns_;
    return std::nullopt;
}

std::size_t RestPublisher::in_flight() const noexcept {
    return connections_.size() - free_.size();
}

void RestPublisher::abandon() {
    for (const auto& connection : connections_) connection->abandon();
}

void RestPublisher::send(std::uint16_t connection, std::uint64_t events, Schedule& schedule,
                         std::int64_t now_ns) {
    Request& request = requests_[connection];
    request.events.clear();
    body_.assign(options_.batch > 1 ? R"({"batch":[)" : "");
    for (std::uint64_t event = 0; event < events; ++event) {
        const std::uint32_t channel = next_channel_;
        next_channel_ = (next_channel_ + 1) % channels_;
        const std::int64_t due_ns = schedule.take(now_ns);
        lags_.record(now_ns - due_ns);
        if (event == 0) request.due_ns = due_ns;
        if (event > 0) body_ += ',';
        request.events.push_back({channel, log_.take(connection, channel)});
        append_event(connection, request.events.back(), due_ns);
    }
    if (options_.batch > 1) body_ += "]}";
    request_.clear();
    signer_.append(request_, body_, unix_seconds());
    counts_.bytes += request_.size();
    connections_[connection]->send(request_);
}

void RestPublisher::append_event(std::uint16_t publisher, const Sent& sent, std::int64_t due_ns) {
    std::array<char, Marker::size> marker;
    write_marker({publisher, sent.channel, sent.sequence, due_ns}, marker.data());
    body_.append(openings_[sent.channel]).append(marker.data(), marker.size());
    body_.append(padding_).append("\"}");
}

void RestPublisher::on_outcome(std::uint16_t connection, RestOutcome outcome) {
    const Request& request = requests_[connection];
    free_.push_back(connection);
    const auto events = request.events.size();
    switch (outcome.kind) {
        case RestOutcome::Kind::answered:
            ++counts_.statuses[outcome.status];
            if (outcome.status / 100 != 2) {
                counts_.refused += events;
                return take_back(connection, request);
            }
            ++counts_.requests;
            counts_.events += events;
            for (const Sent& sent : request.events) {
                counts_.expected += subscribers_.count(sent.channel);
            }
            return answer_times_.record(now_ns() - request.due_ns);
        case RestOutcome::Kind::unsent:
            ++counts_.unconnected;
            counts_.refused += events;
            resting_until_ns_ = now_ns() + rest_ns;
            return take_back(connection, request);
        case RestOutcome::Kind::unanswered:
            counts_.unanswered += events;
            for (const Sent& sent : request.events) {
                log_.doubt(connection, sent.channel, sent.sequence);
            }
            return;
    }
}

void RestPublisher::take_back(std::uint16_t publisher, const Request& request) {
    for (const Sent& sent : request.events) log_.give_back(publisher, sent.channel);
}

}  // namespace carillon::bench
