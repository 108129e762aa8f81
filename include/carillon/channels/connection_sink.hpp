#pragma once

#include "carillon/base/result.hpp"
#include "carillon/channels/outbound_message.hpp"

namespace carillon {

/// Receives a connection's messages; each client transport implements it. Must not call back into
/// the domain from within a call: a fan-out may be running.
class ConnectionSink {
public:
    virtual ~ConnectionSink() = default;

    /// Messages are sent in the order of the calls.
    virtual void send(OutboundMessage& message) = 0;

    /// The domain closes the connection, which has no subscriptions any more: report `why` to the
    /// client and close.
    virtual void end(const Error& why) = 0;
};

}  // namespace carillon
