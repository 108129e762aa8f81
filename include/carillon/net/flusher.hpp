#pragma once

#include <memory>
#include <string_view>

namespace carillon {

class TcpStream;

/// How queued frames get from a shard's dirty streams to the kernel, once a turn. A seam: system
/// calls a delivered message are what the fan-out costs, and there is more than one way to save
/// them.
class Flusher {
public:
    virtual ~Flusher() = default;

    /// Writes what `stream` has queued, as far as its socket takes it; then tells the stream
    /// `flushed` or `write_failed`; now or later, but one write at a time.
    virtual void flush(TcpStream& stream) = 0;

    /// For the log at start: which one is in use.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
};

/// One gathered, non-blocking `sendmsg` a stream. Works everywhere.
[[nodiscard]] std::unique_ptr<Flusher> make_gathered_flusher();

}  // namespace carillon
