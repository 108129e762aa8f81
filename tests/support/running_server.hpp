#pragma once

#include <cstdint>
#include <functional>
#include <future>

#include "carillon/server/server.hpp"

namespace carillon::test {

/// One app with the default credentials, on a free port of 127.0.0.1. Flushes as the environment's
/// CARILLON_TEST_FLUSHER says.
[[nodiscard]] Configuration test_configuration(std::uint32_t shards = 1);

/// Each shard on a port of its own.
[[nodiscard]] ServerTuning port_per_shard();

/// A whole server in this process, from construction to destruction.
class RunningServer {
public:
    explicit RunningServer(Configuration configuration, ServerTuning tuning = port_per_shard());

    /// With `port_per_shard` that of the shard, else of the listener.
    [[nodiscard]] std::uint16_t port(std::size_t index = 0) const;

    void reload(Configuration configuration) { server_.reload(std::move(configuration)); }
    /// Ready once nobody is left.
    [[nodiscard]] std::future<void> drain(Duration time);

private:
    Server server_;
};

/// Whether `condition` comes true while a test is patient.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

}  // namespace carillon::test
