#include "options_json.hpp"

#include <nlohmann/json.hpp>

namespace carillon::bench {

nlohmann::ordered_json to_json(const BenchOptions& options) {
    const BenchTarget& target = options.target;
    const SubscriberOptions& subscribers = options.subscribers;
    const PublishOptions& publish = options.publish;
    return {{"host", target.host},
            {"port", target.port},
            {"tls", target.tls},
            {"path_prefix", target.path_prefix},
            {"app_id", target.app_id},
            {"connections", subscribers.connections},
            {"channels", subscribers.channels},
            {"channels_per_connection", subscribers.channels_per_connection},
            {"kind", to_text(subscribers.kind)},
            {"connect_parallel", subscribers.connect_parallel},
            {"source_addresses", subscribers.source_addresses},
            {"publish", to_text(publish.by)},
            {"in_flight", publish.in_flight},
            {"batch", publish.batch},
            {"keep_alive", publish.keep_alive},
            {"rate", publish.rate},
            {"payload_bytes", publish.payload_bytes},
            {"duration_seconds", publish.duration_seconds},
            {"events", publish.events},
            {"warm_up_seconds", publish.warm_up_seconds},
            {"idle_seconds", options.idle_seconds},
            {"poll", options.poll},
            {"cpu",
             options.cpu ? nlohmann::ordered_json(*options.cpu) : nlohmann::ordered_json(nullptr)}};
}

}  // namespace carillon::bench
