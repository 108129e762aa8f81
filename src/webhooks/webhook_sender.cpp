#include "webhook_sender.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "outcome.hpp"
#include "signing.hpp"

namespace carillon {
namespace {

constexpr std::chrono::seconds expiry_interval{10};  // Between checks without a destination.

TimePoint now() {
    return std::chrono::steady_clock::now();
}

std::int64_t unix_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

WebhookSender::WebhookSender(boost::asio::io_context& loop, const App& app,
                             const WebhookEndpoint& endpoint, const WebhookOptions& options,
                             Random random, DeadLetters& dead_letters)
    : loop_(loop),
      options_(options),
      dead_letters_(dead_letters),
      app_(app.id.get()),
      queue_(
          QueueRules{}, std::move(random),
          [this](std::string_view reason, std::string delivery, std::vector<QueuedEvent> events) {
              give_up(reason, std::move(delivery), std::move(events));
          }),
      timer_(loop) {
    configure(app, endpoint);
}

void WebhookSender::configure(const App& app, const WebhookEndpoint& endpoint) {
    const bool same_trust = endpoint.tls_verify == endpoint_.tls_verify &&
                            endpoint.tls_ca_file == endpoint_.tls_ca_file;
    endpoint_ = endpoint;
    credential_ = app.credentials.front();
    retired_ = false;
    queue_.set_rules(rules());
    // The endpoint's name represents its URL, so only the TLS settings can have changed. Unless
    // they have, requests in flight continue.
    if (same_trust && !clients_.empty()) return;
    try {
        const auto destination = HttpClient::destination(
            loop_.get_executor(), endpoint_.url, {endpoint_.tls_verify, endpoint_.tls_ca_file});
        std::vector<HttpClient> clients;
        for (std::size_t i = 0; i < EndpointQueue::lanes; ++i) clients.emplace_back(destination);
        queue_.retry_all(now());
        clients_ = std::move(clients);
    } catch (const std::runtime_error& error) {
        spdlog::error("webhook endpoint {} of app {} cannot be used: {}", endpoint_.name, app_,
                      error.what());
    }
}

QueueRules WebhookSender::rules() const {
    return {.batch_events_max = endpoint_.batch_events_max,
            .batch_delay = flushing_ ? Duration::zero() : Duration(endpoint_.batch_delay),
            .retry_for = std::chrono::seconds(options_.retry_seconds),
            .bytes_max = options_.max_queued_bytes};
}

bool WebhookSender::push(const WebhookEvent& event) {
    if (retired_ || !endpoint_.wants(event.kind, event.channel)) return false;
    const std::string& subject = event.channel.empty() ? event.user_id : event.channel;
    queue_.push({event.kind, subject, event.text, {}, nullptr}, now());
    return true;
}

void WebhookSender::restore(StoredDelivery stored) {
    Delivery delivery;
    delivery.id = std::move(stored.delivery_id);
    delivery.events = std::move(stored.events);
    queue_.restore(std::move(delivery), now());
}

void WebhookSender::send_due() {
    if (stopped_) return;
    queue_.expire(now());
    while (!clients_.empty()) {
        const auto start = queue_.start(now());
        if (!start) break;
        send(*start);
    }
    schedule();
    if (queue_.empty()) on_empty();
}

void WebhookSender::send(EndpointQueue::Start start) {
    Delivery& delivery = *start.delivery;
    if (delivery.body.empty()) sign(delivery, credential_, unix_ms());
    clients_[start.lane].post(signed_post(delivery, endpoint_), endpoint_.timeout,
                              [this, lane = start.lane, began = now()](const HttpOutcome& outcome) {
                                  finish(lane, outcome, began);
                              });
}

void WebhookSender::finish(std::size_t lane, const HttpOutcome& outcome, TimePoint began) {
    metrics_.requests[outcome_name(outcome)].add(now() - began);
    const Attempt attempt = attempt_of(outcome, unix_ms() / 1000);
    const std::size_t before = queue_.events();
    const auto change = queue_.finish(lane, attempt, now());
    if (attempt.verdict == Attempt::Verdict::delivered) {
        metrics_.events[WebhookMetrics::delivered] += before - queue_.events();
        give_up_logged_ = false;
    }
    if (change == EndpointQueue::Change::began_failing) {
        spdlog::warn("webhook endpoint {} of app {} is failing ({}); events queued: {}",
                     endpoint_.name, app_, outcome_name(outcome), queue_.events());
    } else if (change == EndpointQueue::Change::recovered) {
        spdlog::info("webhook endpoint {} of app {} has recovered; events queued: {}",
                     endpoint_.name, app_, queue_.events());
    }
    send_due();
}

void WebhookSender::give_up(std::string_view reason, std::string delivery,
                            std::vector<QueuedEvent> events) {
    metrics_.events[reason] += events.size();
    const bool stored = dead_letters_.store(
        {app_, endpoint_.name, std::move(delivery), std::string(reason), std::move(events)});
    if (std::exchange(give_up_logged_, true)) return;
    spdlog::error("webhooks for endpoint {} of app {} are given up ({}) and {}", endpoint_.name,
                  app_, reason, stored ? "stored in the dead-letter file" : "lost");
}

void WebhookSender::schedule() {
    std::optional<TimePoint> due = queue_.next_due();
    if (due && clients_.empty()) due = now() + expiry_interval;
    if (due == scheduled_) return;
    scheduled_ = due;
    timer_.cancel();
    if (!due) return;
    timer_.expires_at(*due);
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
        if (error || alive.expired()) return;
        scheduled_.reset();
        send_due();
    });
}

void WebhookSender::flush() {
    flushing_ = true;
    queue_.set_rules(rules());
    queue_.retry_now(now());
    send_due();
}

WebhookMetrics WebhookSender::metrics() const {
    WebhookMetrics metrics = metrics_;
    metrics.queued_events = queue_.events();
    metrics.queued_bytes = queue_.bytes();
    metrics.breaker = queue_.breaker();
    return metrics;
}

std::vector<StoredDelivery> WebhookSender::take_all() {
    std::vector<StoredDelivery> deliveries;
    for (Delivery& delivery : queue_.take_all(now())) {
        deliveries.push_back(
            {app_, endpoint_.name, std::move(delivery.id), {}, std::move(delivery.events)});
    }
    return deliveries;
}

}  // namespace carillon
