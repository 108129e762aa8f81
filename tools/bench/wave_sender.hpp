#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace carillon::bench {

/// Sends a wave: the same frames to each of some sockets.
class WaveSender {
public:
    virtual ~WaveSender() = default;
    /// Throws when a socket does not take all of it at once.
    virtual void send() = 0;
};

enum class SendWay : std::uint8_t {
    plain,     ///< send(), a call a frame and socket
    gathered,  ///< sendmsg() of all frames, a call a socket
    ring       ///< io_uring: all frames, a submission for all sockets
};

/// Sockets and frames outlive it. A ring belongs to the process that makes it.
[[nodiscard]] std::unique_ptr<WaveSender> make_wave_sender(SendWay way,
                                                           std::span<const int> sockets,
                                                           const std::vector<std::string>& frames);

}  // namespace carillon::bench
