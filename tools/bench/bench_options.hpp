#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "carillon/base/credential.hpp"

namespace carillon::bench {

enum class ChannelKind : std::uint8_t { public_channel, private_channel, presence };
enum class PublishBy : std::uint8_t { none, rest, client };

/// The server under load.
struct BenchTarget {
    std::string host = "127.0.0.1";
    std::uint16_t port = 6001;
    bool tls = false;
    std::string ca_file;  ///< empty: the system's
    bool insecure = false;
    std::string path_prefix;  ///< "" or "/x"
    std::string app_id = "app-id";
    Credential credential{"app-key", "app-secret"};
    std::vector<pid_t> processes;  ///< whose CPU and memory are reported, if on this machine
};

/// Who listens where.
struct SubscriberOptions {
    std::uint32_t connections = 1000;
    std::uint32_t channels = 1;
    std::uint32_t channels_per_connection = 1;
    ChannelKind kind = ChannelKind::public_channel;
    std::string channel_prefix;  ///< empty: one of this process
    std::uint32_t connect_parallel = 64;
    std::uint32_t source_addresses = 32;   ///< of 127.0.0.0/8, when the target is on it
    double connect_patience_seconds = 10;  ///< without any progress
};

/// What is sent, and how fast.
struct PublishOptions {
    PublishBy by = PublishBy::rest;
    std::uint32_t in_flight = 8;  ///< REST: as many connections, one request on each
    std::uint32_t batch = 1;      ///< events per request
    bool keep_alive = true;
    double rate = 0;  ///< events per second; 0: the next one as soon as an answer allows it
    std::uint32_t payload_bytes = 128;
    double duration_seconds = 10;
    std::uint64_t events = 0;  ///< instead of the duration
    double warm_up_seconds = 1;
    double drain_patience_seconds = 2;  ///< without any delivery; then what is missing is lost
};

struct BenchOptions {
    BenchTarget target;
    SubscriberOptions subscribers;
    PublishOptions publish;
    double idle_seconds = 0;
    bool poll = false;
    std::optional<int> cpu;
};

/// Throws std::invalid_argument with what is wrong with it.
void validate(const BenchOptions& options);

[[nodiscard]] const char* to_text(ChannelKind kind) noexcept;
[[nodiscard]] const char* to_text(PublishBy by) noexcept;

}  // namespace carillon::bench
