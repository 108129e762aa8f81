#include "baseline_fan_out.hpp"

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <memory>

#include "loopback.hpp"
#include "measured_side.hpp"
#include "sample_traffic.hpp"

namespace carillon::bench {
namespace {

/// Reads everything, and tells the sender whenever a wave is whole.
class WaveReceiver {
public:
    WaveReceiver(const std::vector<Descriptor>& sockets, std::size_t wave_bytes, int whole,
                 ReadySet& ready)
        : wave_bytes_(wave_bytes), whole_(whole) {
        readers_.reserve(sockets.size());
        for (const Descriptor& socket : sockets) {
            readers_.emplace_back(*this, socket.get());
            ready.add(socket.get(), readers_.back());
        }
    }

private:
    class Reader final : public Pollable {
    public:
        Reader(WaveReceiver& receiver, int socket) : receiver_(receiver), socket_(socket) {}
        void on_ready(bool /*hung_up*/) override { receiver_.read(socket_); }

    private:
        WaveReceiver& receiver_;
        int socket_;
    };

    void read(int socket) {
        ssize_t size = 0;
        do {
            size = ::recv(socket, buffer_.data(), buffer_.size(), 0);
            if (size > 0) received_ += static_cast<std::size_t>(size);
        } while (size == static_cast<ssize_t>(buffer_.size()));
        if (received_ < wave_bytes_) return;
        received_ -= wave_bytes_;
        checked(::eventfd_write(whole_, 1), "eventfd_write");
    }

    std::size_t wave_bytes_;
    int whole_;
    std::size_t received_ = 0;
    std::vector<Reader> readers_;
    std::array<char, 65536> buffer_;
};

std::vector<Window> send_waves(const BaselineSetting& setting, SendWay way,
                               const std::vector<Descriptor>& sockets,
                               const std::vector<std::string>& frames, int whole) {
    std::vector<int> descriptors;
    descriptors.reserve(sockets.size());
    for (const Descriptor& socket : sockets) descriptors.push_back(socket.get());
    const std::unique_ptr<WaveSender> sender = make_wave_sender(way, descriptors, frames);
    return measure_windows(setting.seconds, [&] {
        sender->send();
        eventfd_t waves = 0;
        checked(::eventfd_read(whole, &waves), "eventfd_read");
        return frames.size() * descriptors.size();
    });
}

}  // namespace

std::vector<Window> measure_fan_out(const BaselineSetting& setting, SendWay way,
                                    std::size_t frame_count) {
    const LoopbackConnections connections = connect_on_loopback(baseline_sockets);
    const std::vector<std::string> frames(frame_count, sample_frame());
    const Descriptor whole{checked(::eventfd(0, EFD_CLOEXEC), "eventfd")};
    MeasuredSide side(setting.cores.measured, [&] {
        return send_waves(setting, way, connections.near, frames, whole.get());
    });
    ReadySet ready;
    const std::size_t wave_bytes = connections.far.size() * frame_count * frames[0].size();
    const auto receiver =
        std::make_unique<WaveReceiver>(connections.far, wave_bytes, whole.get(), ready);
    return side.serve(ready, setting.interrupted, [] {});
}

}  // namespace carillon::bench
