#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace carillon {

class TcpStream;

/// Writes the queued frames of a shard's dirty streams to their sockets, once per turn. An
/// interface because system calls are most of the cost of a fan-out, and there is more than one way
/// to save them. Used by the shard's thread; may be created on any.
class Flusher {
public:
    virtual ~Flusher() = default;

    /// Maximum number of streams per `flush`, after which `Streams` looks at the clock.
    static constexpr std::size_t batch_max = 128;

    /// Writes as much of each stream's queue as its socket accepts, then calls the stream's
    /// `flushed` or `write_failed`. Skips streams that are closed, also those that the calls for
    /// other streams close. No operation is pending when it returns.
    virtual void flush(std::span<TcpStream* const> streams) = 0;

    /// `gathered` or `io_uring`, for the log at start.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
};

/// One gathered, non-blocking `sendmsg` per stream. Works everywhere.
[[nodiscard]] std::unique_ptr<Flusher> make_gathered_flusher();

/// One submission to io_uring for all streams. Throws std::system_error where the kernel or the
/// container forbids it.
[[nodiscard]] std::unique_ptr<Flusher> make_uring_flusher();

/// By the name in the configuration: `gathered`, `io_uring`, or `auto`, which is io_uring where it
/// is available. Throws std::runtime_error that names the setting and the reason.
[[nodiscard]] std::unique_ptr<Flusher> make_flusher(std::string_view name);

}  // namespace carillon
