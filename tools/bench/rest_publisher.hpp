#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bench_options.hpp"
#include "publish_log.hpp"
#include "publisher.hpp"
#include "request_signer.hpp"
#include "rest_connection.hpp"
#include "subscribers.hpp"

namespace carillon::bench {

/// Publishes over REST: as many keep-alive connections as requests may be in flight, one request on
/// each. Each connection is a publisher of its own to the ledger, because only what one connection
/// sends has an order.
class RestPublisher final : public Publisher, private RestConnectionHost {
public:
    RestPublisher(const PublishOptions& options, const BenchTarget& target, std::uint32_t channels,
                  Destination& destination, ReadySet& ready, const Subscribers& subscribers,
                  PublishLog& log);

    std::optional<std::int64_t> pump(Schedule& schedule, std::int64_t now_ns) override;
    [[nodiscard]] std::size_t in_flight() const noexcept override;
    void abandon() override;

private:
    struct Sent {
        std::uint32_t channel, sequence;
    };
    struct Request {
        std::vector<Sent> events;
        std::int64_t due_ns = 0;  // Of the oldest.
    };

    void send(std::uint16_t connection, std::uint64_t events, Schedule& schedule,
              std::int64_t now_ns);
    void append_event(std::uint16_t publisher, const Sent& sent, std::int64_t due_ns);
    void on_outcome(std::uint16_t connection, RestOutcome outcome) override;
    void take_back(std::uint16_t publisher, const Request& request);

    PublishOptions options_;
    std::uint32_t channels_;
    const Subscribers& subscribers_;
    PublishLog& log_;
    RequestSigner signer_;
    std::string padding_;
    std::vector<std::string> openings_;  // By channel: an event's JSON up to its data.
    std::vector<std::unique_ptr<RestConnection>> connections_;
    std::vector<Request> requests_;    // By connection: what is in flight.
    std::vector<std::uint16_t> free_;  // Connections.
    std::uint32_t next_channel_ = 0;
    std::int64_t resting_until_ns_ = 0;  // After an attempt to connect that failed.
    std::string body_;
    std::string request_;
};

}  // namespace carillon::bench
