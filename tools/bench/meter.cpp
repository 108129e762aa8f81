#include "meter.hpp"

#include "clock.hpp"

namespace carillon::bench {

void Meter::begin(const PublishCounts& published) {
    begin_ = read(published);
}

BenchWindow Meter::end(const PublishCounts& published, std::int64_t last_ns) const {
    const Reading end = read(published);
    BenchWindow window;
    window.seconds = ns_to_seconds(last_ns - begin_.at_ns);
    window.whole_seconds = ns_to_seconds(end.at_ns - begin_.at_ns);
    window.server = {end.server.cpu_ns - begin_.server.cpu_ns,
                     end.server.user_ns - begin_.server.user_ns,
                     end.server.system_ns - begin_.server.system_ns, end.server.resident_bytes};
    window.own_cpu_seconds = ns_to_seconds(end.own_cpu_ns - begin_.own_cpu_ns);
    window.machine_cpu_ns = end.machine_cpu_ns - begin_.machine_cpu_ns;
    window.polls = {end.polls.polls - begin_.polls.polls,
                    end.polls.empty_polls - begin_.polls.empty_polls,
                    end.polls.idle_ns - begin_.polls.idle_ns};
    window.events = end.events - begin_.events;
    window.requests = end.requests - begin_.requests;
    window.deliveries = end.deliveries - begin_.deliveries;
    window.bytes_received = end.bytes_received - begin_.bytes_received;
    window.bytes_sent = end.bytes_sent - begin_.bytes_sent;
    return window;
}

Meter::Reading Meter::read(const PublishCounts& published) const {
    const SubscriberCounts& subscribers = subscribers_.counts();
    return {now_ns(),          own_cpu_ns(),     machine_cpu_ns(),   usage_of(processes_),
            loop_.counts(),    published.events, published.requests, subscribers.received,
            subscribers.bytes, published.bytes};
}

}  // namespace carillon::bench
