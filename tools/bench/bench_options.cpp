#include "bench_options.hpp"

#include <stdexcept>

#include "marker.hpp"

namespace carillon::bench {
namespace {

void require(bool holds, const char* otherwise) {
    if (!holds) throw std::invalid_argument(otherwise);
}

}  // namespace

void validate(const BenchOptions& options) {
    const SubscriberOptions& subscribers = options.subscribers;
    const PublishOptions& publish = options.publish;
    require(subscribers.connections > 0, "--connections must be at least 1");
    require(subscribers.channels > 0, "--channels must be at least 1");
    require(subscribers.channels_per_connection > 0 &&
                subscribers.channels_per_connection <= subscribers.channels,
            "--channels-per-connection must be between 1 and --channels");
    require(std::uint64_t{subscribers.connections} * subscribers.channels_per_connection >=
                subscribers.channels,
            "there are more channels than subscriptions");
    require(subscribers.connect_parallel > 0, "--connect-parallel must be at least 1");
    require(subscribers.source_addresses > 0 && subscribers.source_addresses <= 250,
            "--source-addresses must be between 1 and 250");
    require(publish.payload_bytes >= Marker::size, "--payload must be at least 40 bytes");
    require(publish.in_flight > 0 && publish.in_flight <= 0xFFFF,
            "--in-flight must be between 1 and 65535");
    require(publish.batch > 0, "--batch must be at least 1");
    require(publish.rate >= 0 && publish.rate <= 1e9, "--rate must be between 0 and 1e9");
    if (publish.by == PublishBy::client) {
        require(subscribers.kind != ChannelKind::public_channel,
                "client events need --kind private or presence");
        require(std::uint64_t{subscribers.connections} * subscribers.channels_per_connection >=
                    std::uint64_t{subscribers.channels} * 2,
                "client events need two subscribers per channel");
        require(publish.batch == 1, "client events have no batches");
    }
}

const char* to_text(ChannelKind kind) noexcept {
    switch (kind) {
        case ChannelKind::public_channel:
            return "public";
        case ChannelKind::private_channel:
            return "private";
        case ChannelKind::presence:
            return "presence";
    }
    return "";
}

const char* to_text(PublishBy by) noexcept {
    switch (by) {
        case PublishBy::none:
            return "none";
        case PublishBy::rest:
            return "rest";
        case PublishBy::client:
            return "client";
    }
    return "";
}

}  // namespace carillon::bench
