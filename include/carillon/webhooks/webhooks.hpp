#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "carillon/apps/app_registry.hpp"
#include "carillon/channels/webhook_queue.hpp"
#include "carillon/metrics/webhook_metrics.hpp"
#include "carillon/webhooks/options.hpp"
#include "carillon/webhooks/spooled_departure.hpp"

namespace carillon {

/// Delivers webhooks: one queue per endpoint, batches, signatures, retries. Runs on a thread of its
/// own, the webhook thread, so that a slow receiver cannot delay clients. Construction, `start`,
/// `stop` and destruction are for one thread; any thread may call the other methods.
class Webhooks {
public:
    /// `random` is called on the webhook thread.
    Webhooks(const WebhookOptions& options, const AppRegistry& apps,
             std::function<std::uint64_t()> random);
    /// Stops, without departures.
    ~Webhooks();

    /// Queues what an earlier run has spooled, and starts the thread. Returns the departures that
    /// waited for their grace period in that run. Throws std::runtime_error if the spool directory
    /// or the dead-letter file cannot be used.
    [[nodiscard]] std::vector<SpooledDeparture> start();

    /// True if `stop` can store departures; otherwise push their events before it.
    [[nodiscard]] bool has_spool() const noexcept;

    /// Events of one calling thread stay in order. False if they were dropped, because 64 MiB of
    /// events wait for the webhook thread.
    [[nodiscard]] bool push(std::vector<WebhookEvent> events);

    /// Endpoints that are no longer configured receive the events queued for them, and no new ones.
    void set_apps(std::shared_ptr<const AppRegistry> apps);

    /// From now on batches are sent at once, and failed ones retried now. Calls `done` on the
    /// webhook thread once all queues are empty.
    void flush(std::function<void()> done);

    /// Calls `done` on the webhook thread.
    void collect(std::function<void(WebhookMetricsByEndpoint)> done);

    /// Ends the thread. Queued events and `departures` are written to the spool; without one, the
    /// events to the dead-letter file. Further calls have no effect.
    void stop(std::vector<SpooledDeparture> departures);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace carillon
