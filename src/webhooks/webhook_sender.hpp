#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "carillon/apps/app.hpp"
#include "carillon/channels/webhook_queue.hpp"
#include "carillon/metrics/webhook_metrics.hpp"
#include "carillon/net/http_client.hpp"
#include "carillon/webhooks/options.hpp"
#include "dead_letters.hpp"
#include "endpoint_queue.hpp"

namespace carillon {

/// Sends the webhooks of one endpoint: makes the requests that its `EndpointQueue` asks for, with
/// one HTTP client per lane, runs the queue's timer, counts, and logs when the endpoint begins to
/// fail and when it recovers. `loop`, `options` and `dead_letters` must outlive it. Webhook thread.
class WebhookSender {
public:
    WebhookSender(boost::asio::io_context& loop, const App& app, const WebhookEndpoint& endpoint,
                  const WebhookOptions& options, Random random, DeadLetters& dead_letters);

    /// Applies a new configuration of the same endpoint. Queued events stay; requests in flight are
    /// repeated if the TLS settings have changed.
    void configure(const App& app, const WebhookEndpoint& endpoint);
    /// The endpoint is no longer configured: queued events are still delivered, new ones refused.
    void retire() noexcept { retired_ = true; }
    [[nodiscard]] bool retired() const noexcept { return retired_; }

    /// Queues the event and returns true if the endpoint is configured for it; call `send_due`
    /// afterwards.
    bool push(const WebhookEvent& event);
    /// Queues what an earlier run stored. Before any `push`.
    void restore(StoredDelivery stored);
    /// Gives up what has expired, starts the requests that are due, and sets the timer.
    void send_due();
    /// Requests in flight end; no new ones are made.
    void stop_sending() noexcept { stopped_ = true; }

    /// From now on batches are sent at once; retries are made now.
    void flush();
    [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
    /// Called whenever `send_due` finds the queue empty.
    std::function<void()> on_empty = [] {};

    [[nodiscard]] WebhookMetrics metrics() const;

    /// Removes and returns all queued events.
    [[nodiscard]] std::vector<StoredDelivery> take_all();

private:
    [[nodiscard]] QueueRules rules() const;
    void give_up(std::string_view reason, std::string delivery, std::vector<QueuedEvent> events);
    void send(EndpointQueue::Start start);
    void finish(std::size_t lane, const HttpOutcome& outcome, TimePoint began);
    void schedule();

    boost::asio::io_context& loop_;
    const WebhookOptions& options_;
    DeadLetters& dead_letters_;
    std::string app_;
    Credential credential_;
    WebhookEndpoint endpoint_;
    EndpointQueue queue_;
    std::vector<HttpClient> clients_;  ///< one per lane; none if the destination is unusable
    boost::asio::steady_timer timer_;
    std::optional<TimePoint> scheduled_;
    /// Expires with this object: the handler of a timer may run after it is destroyed.
    std::shared_ptr<const int> alive_ = std::make_shared<const int>();
    WebhookMetrics metrics_;
    bool give_up_logged_ = false;
    bool flushing_ = false;
    bool retired_ = false;
    bool stopped_ = false;
};

}  // namespace carillon
