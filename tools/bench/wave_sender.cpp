#include "wave_sender.hpp"

#include <sys/socket.h>

#include <stdexcept>

#include "gathered_frames.hpp"
#include "ring_sender.hpp"

namespace carillon::bench {
namespace {

void require_whole(ssize_t sent, std::size_t size) {
    if (sent != static_cast<ssize_t>(size)) {
        throw std::runtime_error("a socket did not take a whole wave");
    }
}

class PlainSender final : public WaveSender {
public:
    PlainSender(std::span<const int> sockets, const std::vector<std::string>& frames)
        : sockets_(sockets), frames_(frames) {}

    void send() override {
        for (const int socket : sockets_) {
            for (const std::string& frame : frames_) {
                require_whole(::send(socket, frame.data(), frame.size(), MSG_NOSIGNAL),
                              frame.size());
            }
        }
    }

private:
    std::span<const int> sockets_;
    const std::vector<std::string>& frames_;
};

class GatheringSender final : public WaveSender {
public:
    GatheringSender(std::span<const int> sockets, const std::vector<std::string>& frames)
        : sockets_(sockets), frames_(frames) {}

    void send() override {
        for (const int socket : sockets_) {
            require_whole(::sendmsg(socket, &frames_.message(), MSG_NOSIGNAL), frames_.size());
        }
    }

private:
    std::span<const int> sockets_;
    GatheredFrames frames_;
};

}  // namespace

std::unique_ptr<WaveSender> make_wave_sender(SendWay way, std::span<const int> sockets,
                                             const std::vector<std::string>& frames) {
    switch (way) {
        case SendWay::plain:
            return std::make_unique<PlainSender>(sockets, frames);
        case SendWay::gathered:
            return std::make_unique<GatheringSender>(sockets, frames);
        case SendWay::ring:
            return make_ring_sender(sockets, frames);
    }
    throw std::invalid_argument("no such way to send");
}

}  // namespace carillon::bench
