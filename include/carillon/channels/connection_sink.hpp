#pragma once

#include "carillon/base/result.hpp"
#include "carillon/channels/outbound_message.hpp"

namespace carillon {

/// Where a connection's messages go: filled by each client transport, and by tests. Never calls
/// back into the domain from within a call: a fan-out may be running.
class ConnectionSink {
public:
    virtual ~ConnectionSink() = default;

    /// Messages leave in the order of the calls.
    virtual void send(OutboundMessage& message) = 0;

    /// The domain is done with the connection, which has left everything: say why and close it.
    virtual void end(const Error& why) = 0;
};

}  // namespace carillon
