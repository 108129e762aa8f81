#pragma once

#include <span>

namespace carillon {

/// Receives the input of a `TcpStream`: implemented by the sessions. Called on the shard's thread,
/// never from within a call of the session to the stream.
class StreamHandler {
public:
    virtual ~StreamHandler() = default;

    /// Bytes were received. They are in the shard's scratch buffer: the handler may overwrite them
    /// (unmasking), and they are valid during the call only.
    virtual void on_bytes(std::span<char> bytes) = 0;

    /// The peer has ended its side of the connection; it may still read.
    virtual void on_end() = 0;

    /// The connection broke. The stream is closed already, and no other call follows.
    virtual void on_lost() = 0;

    /// The queue is empty: the kernel has everything. Called once after each `await_drain`.
    virtual void on_drained() {}
};

}  // namespace carillon
