#pragma once

#include <span>

namespace carillon {

/// What a `TcpStream` tells the session that uses it. Calls come on the shard's thread, never from
/// within a call that the session makes on the stream.
class StreamHandler {
public:
    virtual ~StreamHandler() = default;

    /// Bytes arrived. They live in the shard's scratch buffer: they may be written to (unmasking),
    /// and are gone after the call.
    virtual void on_bytes(std::span<char> bytes) = 0;

    /// The peer will send nothing more; it may still read.
    virtual void on_end() = 0;

    /// The connection broke. The stream is closed already; this is the last call.
    virtual void on_lost() = 0;

    /// All that was queued is in the kernel's hands. Called once after each `await_drain`.
    virtual void on_drained() {}
};

}  // namespace carillon
