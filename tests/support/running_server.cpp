#include "support/running_server.hpp"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <utility>

#include "support/credentials.hpp"
#include "support/raw_socket.hpp"

namespace carillon::test {

Configuration test_configuration(std::uint32_t shards) {
    Configuration configuration;
    configuration.listen.resize(1);
    ListenOptions& listen = configuration.listen.front();
    listen.address = "127.0.0.1";
    listen.port = 0;
    configuration.shards = shards;
    if (const char* const flusher = std::getenv("CARILLON_TEST_FLUSHER")) {
        configuration.flusher = flusher;
    }
    configuration.apps.push_back(make_app());
    return configuration;
}

ServerTuning port_per_shard() {
    ServerTuning tuning;
    tuning.port_per_shard = true;
    return tuning;
}

RunningServer::RunningServer(Configuration configuration, ServerTuning tuning)
    : server_(std::move(configuration), tuning) {
    server_.start();
}

std::uint16_t RunningServer::port(std::size_t index) const {
    return server_.endpoints().at(index).port();
}

std::future<void> RunningServer::drain(Duration time) {
    const auto drained = std::make_shared<std::promise<void>>();
    server_.drain(time, [drained] { drained->set_value(); });
    return drained->get_future();
}

bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

}  // namespace carillon::test
