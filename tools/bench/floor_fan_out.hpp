#pragma once

#include <cstddef>
#include <vector>

#include "floor_setting.hpp"
#include "stretch.hpp"
#include "wave_sender.hpp"

namespace carillon {

constexpr std::size_t floor_sockets = 1000;

/// Sends waves of so many frames to `floor_sockets` TCP connections over loopback, each wave once
/// the one before has been received by all. An operation is one frame to one socket.
[[nodiscard]] std::vector<Stretch> measure_fan_out(const FloorSetting& setting, SendWay way,
                                                   std::size_t frames);

}  // namespace carillon
