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

/// Drives the queue of one endpoint: makes its requests, keeps its time, counts, and logs when it
/// turns bad and when it recovers. Belongs to the thread of delivery.
class WebhookSender {
public:
    WebhookSender(boost::asio::io_context& loop, const App& app, const WebhookEndpoint& endpoint,
                  const WebhookOptions& options, Random random, DeadLetters& dead_letters);

    /// The same endpoint of a new configuration.
    void configure(const App& app, const WebhookEndpoint& endpoint);
    /// It is configured no more: it delivers what it has.
    void retire() noexcept { retired_ = true; }
    [[nodiscard]] bool retired() const noexcept { return retired_; }

    /// True if this endpoint wants it; `send_due` then sends it.
    bool push(const WebhookEvent& event);
    void restore(StoredDelivery stored);
    void send_due();
    /// No more requests are made.
    void stop_sending() noexcept { stopped_ = true; }

    void flush();
    [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
    /// Called whenever the queue has become empty.
    std::function<void()> on_empty = [] {};

    [[nodiscard]] WebhookMetrics metrics() const;

    /// What waits, and is no longer delivered.
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
    std::vector<HttpClient> clients_;  ///< one a lane; none if the destination cannot be used
    boost::asio::steady_timer timer_;
    std::optional<TimePoint> scheduled_;
    /// Of a timer that has run out already when this is destroyed, and whose call is still to come.
    std::shared_ptr<const int> alive_ = std::make_shared<const int>();
    WebhookMetrics metrics_;
    bool give_up_logged_ = false;
    bool flushing_ = false;
    bool retired_ = false;
    bool stopped_ = false;
};

}  // namespace carillon
