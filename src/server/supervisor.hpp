#pragma once

#include <string>
#include <string_view>

namespace carillon {

/// The socket of the process that supervises this one: systemd names it in NOTIFY_SOCKET for units
/// of `Type=notify`. Each notification is one datagram of `NAME=value` lines. Without the variable
/// nothing is sent. One thread, that of the process' signals.
/// Source: sd_notify(3), "Notes".
class Supervisor {
public:
    /// `address`: the path of a socket, or `@` and a name in the abstract namespace, at most 107
    /// bytes; empty: there is no supervisor.
    explicit Supervisor(std::string address);

    /// Reads NOTIFY_SOCKET.
    static Supervisor of_environment();

    /// The server accepts clients, or the reload has ended.
    void ready(std::string_view status) const;
    /// A reload has begun; `ready` ends it.
    void reloading() const;
    /// The stop has begun, and takes at most `seconds`: the supervisor waits for that time before
    /// it kills the process, whatever its own time-out is.
    void stopping(int seconds) const;

private:
    void notify(std::string_view lines) const;

    std::string address_;
};

}  // namespace carillon
