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

/// Delivers webhooks: keeps a queue for each endpoint, batches, signs, sends, and tries again. On a
/// thread of its own, so that no receiver can delay a client. Any thread may call anything but
/// construction, `start`, `stop` and destruction.
class Webhooks {
public:
    /// `random` is called on the thread of delivery.
    Webhooks(const WebhookOptions& options, const AppRegistry& apps,
             std::function<std::uint64_t()> random);
    /// Stops, with nothing held back.
    ~Webhooks();

    /// Takes up what an earlier run has spooled, and starts the thread. Returns what that run held
    /// back. Throws std::runtime_error if the spool directory or the file of dead letters
    /// cannot be used.
    [[nodiscard]] std::vector<SpooledDeparture> start();

    /// Whether departures may be handed to `stop`, or have to be said before.
    [[nodiscard]] bool has_spool() const noexcept;

    /// Events of one caller stay in order. False if they were dropped: the thread has 64 MiB of
    /// events to queue already.
    [[nodiscard]] bool push(std::vector<WebhookEvent> events);

    /// Endpoints that are there no more deliver what they have, and get nothing new.
    void set_apps(std::shared_ptr<const AppRegistry> apps);

    /// From now on nothing waits for a batch to fill, and what failed is tried now. `done` is
    /// called on the thread of delivery once nothing waits at all.
    void flush(std::function<void()> done);

    /// Calls `done` on the thread of delivery.
    void collect(std::function<void(WebhookMetricsByEndpoint)> done);

    /// Ends the thread. What waits goes to the spool, else to the dead letters. Once.
    void stop(std::vector<SpooledDeparture> departures);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace carillon
