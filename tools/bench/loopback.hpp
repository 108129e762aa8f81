#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "descriptor.hpp"
#include "destination.hpp"

namespace carillon::bench {

/// A listening, non-blocking socket of 127.0.0.1 on a port that the system chose.
struct LoopbackListener {
    Descriptor socket;
    std::uint16_t port = 0;
};

[[nodiscard]] LoopbackListener listen_on_loopback();

/// To that port of 127.0.0.1, as a run of the load generator connects.
[[nodiscard]] Destination towards_loopback(std::uint16_t port);

/// Whether 127.0.0.1 takes connections to that port.
[[nodiscard]] bool is_listening_on_loopback(std::uint16_t port);

/// TCP connections of this process to itself, both ends non-blocking: near[i] leads to far[i].
struct LoopbackConnections {
    std::vector<Descriptor> near, far;
};

/// Throws std::system_error.
[[nodiscard]] LoopbackConnections connect_on_loopback(std::size_t count);

}  // namespace carillon::bench
