#pragma once

#include <cstddef>
#include <vector>

#include "baseline_setting.hpp"
#include "wave_sender.hpp"
#include "window.hpp"

namespace carillon::bench {

constexpr std::size_t baseline_sockets = 1000;

/// Sends waves of so many frames to `baseline_sockets` TCP connections over loopback, each wave
/// once the one before has been received by all. An operation is one frame to one socket.
[[nodiscard]] std::vector<Window> measure_fan_out(const BaselineSetting& setting, SendWay way,
                                                  std::size_t frames);

}  // namespace carillon::bench
