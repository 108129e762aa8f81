#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "descriptor.hpp"

namespace carillon::bench {

/// A server that was started for a run, on a core of its own. It never outlives this object nor
/// this process.
class ServerProcess {
public:
    /// Runs `command`, a program and its arguments; its standard output goes to standard error.
    ServerProcess(std::vector<std::string> command, int core);
    /// Asks it to end; makes it end when it has not after some seconds.
    ~ServerProcess();
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    [[nodiscard]] pid_t id() const noexcept { return process_; }

    /// Throws std::runtime_error when it ends, when it takes too long, or on `interrupted`.
    void wait_until_accepting(std::uint16_t port, const std::atomic<bool>& interrupted);

private:
    [[nodiscard]] bool has_ended(int wait_ms) const;

    pid_t process_;
    Descriptor watch_;  // Readable once the process has ended.
};

}  // namespace carillon::bench
