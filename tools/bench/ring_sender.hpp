#pragma once

#include "wave_sender.hpp"

namespace carillon::bench {

/// Why io_uring cannot be used here; empty when it can.
[[nodiscard]] std::string why_no_ring();

/// Throws std::runtime_error when io_uring cannot be used.
[[nodiscard]] std::unique_ptr<WaveSender> make_ring_sender(std::span<const int> sockets,
                                                           const std::vector<std::string>& frames);

}  // namespace carillon::bench
