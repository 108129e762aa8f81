#include <algorithm>
#include <stdexcept>

#include "scenario.hpp"

namespace carillon::bench {
namespace {

BenchOptions subscribers(std::uint32_t connections, std::uint32_t channels,
                         ChannelKind kind = ChannelKind::public_channel) {
    BenchOptions options;
    options.subscribers.connections = connections;
    options.subscribers.channels = channels;
    options.subscribers.kind = kind;
    options.publish.by = PublishBy::none;
    return options;
}

BenchOptions publishing(BenchOptions options, std::uint32_t in_flight,
                        PublishBy by = PublishBy::rest) {
    options.publish.by = by;
    options.publish.in_flight = in_flight;
    return options;
}

BenchOptions fan_out(std::uint32_t in_flight) {
    return publishing(subscribers(1000, 1), in_flight);
}

BenchOptions triggers() {
    return publishing(subscribers(1000, 100), 32);
}

BenchOptions batches() {
    BenchOptions options = triggers();
    options.publish.batch = 10;
    return options;
}

BenchOptions a_connection_each() {
    BenchOptions options = triggers();
    options.publish.keep_alive = false;
    return options;
}

BenchOptions client_events() {
    return publishing(subscribers(1000, 100, ChannelKind::private_channel), 32, PublishBy::client);
}

BenchOptions at_rate(double events_per_second) {
    BenchOptions options = fan_out(8);
    options.publish.rate = events_per_second;
    return options;
}

BenchOptions idling() {
    BenchOptions options = subscribers(19'500, 1950);
    options.idle_seconds = 1;
    return options;
}

using enum FigureKind;

// Where a trigger, a client event or a batch has no baseline of its own, it is that of a request.
const Scenario scenarios[] = {
    {"fan-out-1",
     fan_out(1),
     {},
     {{cpu_per_delivery, {{}, "send-1", 1.05}, {{}, "io_uring-1", 1.05}},
      {all_cpu_per_delivery, {{}, ""}, {{}, ""}}}},
    {"fan-out-8",
     fan_out(8),
     {},
     {{cpu_per_delivery, {{}, "gathered-8", 1.3}, {{}, "io_uring-8", 1.3}},
      {all_cpu_per_delivery, {{}, ""}, {{}, ""}}}},
    {"fan-out-32",
     fan_out(32),
     {},
     {{cpu_per_delivery, {{}, "gathered-32", 1.5}, {{}, "io_uring-32", 1.5}},
      {all_cpu_per_delivery, {{}, ""}, {{}, ""}},
      {deliveries_per_second, {3.5e6, "gathered-32"}, {3.5e6, "io_uring-32"}}}},
    {"triggers", triggers(), {}, {{events_per_second, {26'000, "http"}, {38'000, "http"}}}},
    {"batches", batches(), {}, {{events_per_second, {60'000, "http"}, {60'000, "http"}}}},
    {"close",
     a_connection_each(),
     {},
     {{events_per_second, {{}, "http-close"}, {{}, "http-close"}}}},
    {"client-events",
     client_events(),
     {"--limits.max-client-events-per-second", "0"},
     {{events_per_second, {33'000, "http"}, {48'000, "http"}}}},
    {"connect",
     subscribers(10'000, 1000),
     {},
     {{connections_per_second, {25'000, "accept"}, {25'000, "accept"}}}},
    {"connect-hot",
     subscribers(5000, 1),
     {},
     {{connections_per_second, {25'000, "accept"}, {25'000, "accept"}}}},
    {"connect-presence",
     subscribers(2000, 1, ChannelKind::presence),
     {"--limits.max-presence-members", "0"},
     {{connections_per_second, {{}, "accept"}, {{}, "accept"}}}},
    {"latency",
     at_rate(50),
     {},
     {{latency_p50, {1.7, ""}, {1.0, ""}}, {latency_p99, {3.5, ""}, {2.5, ""}}}},
    {"idle", idling(), {}, {{bytes_per_connection, {1024, "accept"}, {1024, "accept"}}}},
};

}  // namespace

std::span<const Scenario> all_scenarios() {
    return scenarios;
}

std::vector<const Scenario*> choose_scenarios(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        if (std::ranges::find(scenarios, name, &Scenario::name) == std::end(scenarios)) {
            throw std::invalid_argument("there is no scenario " + name);
        }
    }
    std::vector<const Scenario*> chosen;
    for (const Scenario& scenario : scenarios) {
        const bool is_named = std::ranges::find(names, scenario.name) != names.end();
        if (names.empty() || is_named) chosen.push_back(&scenario);
    }
    return chosen;
}

}  // namespace carillon::bench
