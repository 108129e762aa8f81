#include "baseline_http.hpp"

#include <array>
#include <memory>

#include "loopback.hpp"
#include "measured_side.hpp"
#include "minimal_http_server.hpp"
#include "rest_connection.hpp"
#include "sample_traffic.hpp"

namespace carillon::bench {
namespace {

/// Sends the next request on each connection once the last one was answered.
class RequestSource final : private RestConnectionHost {
public:
    RequestSource(std::uint16_t port, bool keep_alive, ReadySet& ready)
        : destination_(towards_loopback(port)),
          request_(sample_request(destination_.host_field(), keep_alive)) {
        RestConnectionHost& host = *this;  // make_unique may not see the private base.
        for (std::uint16_t number = 0; number < baseline_http_connections; ++number) {
            connections_[number] =
                std::make_unique<RestConnection>(host, destination_, ready, number, keep_alive);
            free_.push_back(number);
        }
    }

    void send_more() {
        sending_.swap(free_);
        for (const std::uint16_t number : sending_) connections_[number]->send(request_);
        sending_.clear();
    }

private:
    // What failed is sent again: it is the other side that counts.
    void on_outcome(std::uint16_t connection, RestOutcome /*outcome*/) override {
        free_.push_back(connection);
    }

    Destination destination_;
    std::string request_;
    std::array<std::unique_ptr<RestConnection>, baseline_http_connections> connections_;
    std::vector<std::uint16_t> free_;
    std::vector<std::uint16_t> sending_;
};

}  // namespace

std::vector<Window> measure_http(const BaselineSetting& setting, bool keep_alive) {
    const LoopbackListener listener = listen_on_loopback();
    MeasuredSide side(setting.cores.measured, [&] {
        MinimalHttpServer server(listener.socket.get(), keep_alive);
        return measure_windows(setting.seconds, [&server] { return server.turn(); });
    });
    ReadySet ready;
    RequestSource source(listener.port, keep_alive, ready);
    return side.serve(ready, setting.interrupted, [&source] { source.send_more(); });
}

}  // namespace carillon::bench
