#include "carillon/webhooks/webhooks.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "carillon/channels/per_app.hpp"
#include "spool.hpp"
#include "webhook_sender.hpp"

namespace carillon {
namespace {

/// Bytes of events that shards have pushed and the thread has not queued yet. It only sorts them
/// into queues, so this is reached only if something is very wrong.
constexpr std::size_t inbox_bytes_max = 64U << 20U;

std::size_t bytes_of(const std::vector<WebhookEvent>& events) {
    std::size_t bytes = 0;
    for (const WebhookEvent& event : events) bytes += sizeof event + event.text.size();
    return bytes;
}

}  // namespace

/// The state of the webhook thread.
class Webhooks::Impl {
public:
    Impl(const WebhookOptions& options, Random random)
        : options_(options),
          random_(std::move(random)),
          dead_letters_(options_.dead_letter_file, options_.max_dead_letter_bytes) {
        if (!options_.spool_directory.empty()) spool_.emplace(options_.spool_directory);
    }
    ~Impl() { join(); }

    [[nodiscard]] std::vector<SpooledDeparture> restore_spool() {
        dead_letters_.check();
        if (!spool_) return {};
        Spool::Contents contents = spool_->read();
        std::size_t events = 0;
        for (StoredDelivery& stored : contents.deliveries) {
            events += stored.events.size();
            if (WebhookSender* const sender = find(stored.app, stored.endpoint)) {
                sender->restore(std::move(stored));
            } else {
                store_unclaimed(std::move(stored));
            }
        }
        if (!unclaimed_.empty()) {
            spdlog::warn("webhooks of an earlier run stay in the spool ({}); requests: {}",
                         give_up_reason::unknown_endpoint, unclaimed_.size());
        }
        if (events > 0)
            spdlog::info("webhooks of an earlier run are queued again; events: {}", events);
        for (const auto& [key, sender] : senders_) sender->send_due();
        return std::move(contents.departures);
    }

    void set_apps(const AppRegistry& apps) {
        for (const auto& [key, sender] : senders_) sender->retire();
        for (std::vector<WebhookSender*>& of_app : by_app_) of_app.clear();
        for (const auto& app : apps.apps()) {
            for (const WebhookEndpoint& configured : app->webhooks) {
                by_app_[app->index].push_back(&configure(*app, configured));
            }
        }
        // Requests that were in flight with other TLS settings have to be made again.
        for (const auto& [key, sender] : senders_) sender->send_due();
        remove_retired();
    }

    /// Any thread.
    bool push(std::vector<WebhookEvent> events) {
        const std::size_t bytes = bytes_of(events);
        if (inbox_bytes_.fetch_add(bytes) + bytes > inbox_bytes_max) {
            inbox_bytes_.fetch_sub(bytes);
            return false;
        }
        post([this, bytes, events = std::move(events)] {
            inbox_bytes_.fetch_sub(bytes);
            enqueue(events);
        });
        return true;
    }

    void flush(std::function<void()> done) {
        on_flushed_ = std::move(done);
        for (const auto& [key, sender] : senders_) sender->flush();
        notify_if_empty();
    }

    [[nodiscard]] WebhookMetricsByEndpoint collect() const {
        WebhookMetricsByEndpoint metrics;
        for (const auto& [key, sender] : senders_) metrics.emplace(key, sender->metrics());
        return metrics;
    }

    void start() {
        thread_ = std::thread([this] { loop_.run(); });
    }

    template <class Work>
    void post(Work work) {
        boost::asio::post(loop_, std::move(work));
    }

    /// After the thread has ended.
    void stop(std::vector<SpooledDeparture> departures) {
        if (std::exchange(stopped_, true)) return;
        join();
        loop_.restart();
        work_.reset();
        for (const auto& [key, sender] : senders_) sender->stop_sending();
        loop_.poll();  // Events that shards pushed last, and responses that have arrived.
        Spool::Contents contents{std::move(unclaimed_), std::move(departures)};
        for (const auto& [key, sender] : senders_) {
            std::ranges::move(sender->take_all(), std::back_inserter(contents.deliveries));
        }
        by_app_ = {};
        senders_.clear();  // Drops the requests in flight.
        store(std::move(contents));
    }

    [[nodiscard]] bool has_spool() const noexcept { return spool_.has_value(); }

private:
    using Key = std::pair<std::string, std::string>;

    void join() {
        if (!thread_.joinable()) return;
        loop_.stop();
        thread_.join();
    }

    [[nodiscard]] WebhookSender* find(const std::string& app, const std::string& name) {
        const auto found = senders_.find({app, name});
        return found == senders_.end() ? nullptr : found->second.get();
    }

    WebhookSender& configure(const App& app, const WebhookEndpoint& configured) {
        std::unique_ptr<WebhookSender>& sender = senders_[{app.id.get(), configured.name}];
        if (sender) {
            sender->configure(app, configured);
        } else {
            sender = std::make_unique<WebhookSender>(loop_, app, configured, options_, random_,
                                                     dead_letters_);
            sender->on_empty = [this] { notify_if_empty(); };
        }
        return *sender;
    }

    void remove_retired() {
        std::erase_if(senders_, [](const auto& item) {
            return item.second->retired() && item.second->empty();
        });
    }

    void enqueue(const std::vector<WebhookEvent>& events) {
        std::vector<WebhookSender*> receivers;  // In the order of the events.
        std::set<const WebhookSender*> seen;    // Never iterated.
        for (const WebhookEvent& event : events) {
            for (WebhookSender* const sender : by_app_[event.app]) {
                if (sender->push(event) && seen.insert(sender).second) receivers.push_back(sender);
            }
        }
        for (WebhookSender* const sender : receivers) sender->send_due();
    }

    void notify_if_empty() {
        const auto is_empty = [](const auto& item) { return item.second->empty(); };
        if (on_flushed_ && std::ranges::all_of(senders_, is_empty)) {
            std::exchange(on_flushed_, nullptr)();
        }
    }

    /// Its endpoint is not configured, but may be at the next start.
    void store_unclaimed(StoredDelivery stored) {
        stored.reason = give_up_reason::unknown_endpoint;
        if (dead_letters_.store(stored)) return;
        stored.reason.clear();
        unclaimed_.push_back(std::move(stored));
    }

    void store(Spool::Contents contents) {
        if (contents.deliveries.empty() && contents.departures.empty()) return;
        if (!spool_) return give_up_all(std::move(contents.deliveries));
        std::size_t events = 0;
        for (const StoredDelivery& stored : contents.deliveries) events += stored.events.size();
        try {
            spool_->write(contents);
            spdlog::info("undelivered webhooks are spooled for the next start; events: {}", events);
        } catch (const std::exception& error) {
            spdlog::error("{}; departures lost: {}", error.what(), contents.departures.size());
            give_up_all(std::move(contents.deliveries));
        }
    }

    void give_up_all(std::vector<StoredDelivery> deliveries) {
        std::size_t lost = 0;
        std::size_t stored_events = 0;
        for (StoredDelivery& stored : deliveries) {
            if (stored.reason.empty()) stored.reason = give_up_reason::stopped;
            if (dead_letters_.store(stored)) {
                stored_events += stored.events.size();
                continue;
            }
            lost += stored.events.size();
            for (const QueuedEvent& event : stored.events) {
                if (event.spool) event.spool->keep();
            }
        }
        if (stored_events + lost == 0) return;
        spdlog::warn("undelivered webhooks: {} events stored as dead letters, {} lost",
                     stored_events, lost);
    }

    WebhookOptions options_;
    Random random_;
    boost::asio::io_context loop_{1};
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_{
        loop_.get_executor()};
    DeadLetters dead_letters_;
    std::optional<Spool> spool_;
    std::map<Key, std::unique_ptr<WebhookSender>> senders_;
    PerApp<std::vector<WebhookSender*>> by_app_;
    bool stopped_ = false;
    std::vector<StoredDelivery> unclaimed_;
    std::function<void()> on_flushed_;
    std::atomic<std::size_t> inbox_bytes_{0};
    std::thread thread_;
};

Webhooks::Webhooks(const WebhookOptions& options, const AppRegistry& apps,
                   std::function<std::uint64_t()> random)
    : impl_(std::make_unique<Impl>(options, std::move(random))) {
    impl_->set_apps(apps);
}

Webhooks::~Webhooks() {
    stop({});
}

std::vector<SpooledDeparture> Webhooks::start() {
    std::vector<SpooledDeparture> departures = impl_->restore_spool();
    impl_->start();
    return departures;
}

bool Webhooks::has_spool() const noexcept {
    return impl_->has_spool();
}

bool Webhooks::push(std::vector<WebhookEvent> events) {
    return impl_->push(std::move(events));
}

void Webhooks::set_apps(std::shared_ptr<const AppRegistry> apps) {
    impl_->post([this, apps = std::move(apps)] { impl_->set_apps(*apps); });
}

void Webhooks::flush(std::function<void()> done) {
    impl_->post([this, done = std::move(done)]() mutable { impl_->flush(std::move(done)); });
}

void Webhooks::collect(std::function<void(WebhookMetricsByEndpoint)> done) {
    impl_->post([this, done = std::move(done)] { done(impl_->collect()); });
}

void Webhooks::stop(std::vector<SpooledDeparture> departures) {
    impl_->stop(std::move(departures));
}

}  // namespace carillon
