#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace carillon {

class TcpStream;

/// How queued frames get from a shard's dirty streams to the kernel, once a turn. A seam: system
/// calls a delivered message are what the fan-out costs, and there is more than one way to save
/// them. For the shard's thread; made on any.
class Flusher {
public:
    virtual ~Flusher() = default;

    /// The most streams of one `flush`.
    static constexpr std::size_t batch_max = 1024;

    /// Writes what each of `streams` has queued, as far as its socket takes it, then tells each
    /// `flushed` or `write_failed`. Passes over those that are closed, and those that are by what
    /// another is told. Nothing is under way when it returns.
    virtual void flush(std::span<TcpStream* const> streams) = 0;

    /// For the log at start: which one is in use.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
};

/// One gathered, non-blocking `sendmsg` a stream. Works everywhere.
[[nodiscard]] std::unique_ptr<Flusher> make_gathered_flusher();

/// One submission to io_uring for all streams. Throws std::system_error where the kernel or the
/// container forbids it.
[[nodiscard]] std::unique_ptr<Flusher> make_uring_flusher();

/// By the name in the configuration: `gathered`, `io_uring`, or `auto`, which is io_uring where it
/// can be had. Throws std::runtime_error, with the key and the reason.
[[nodiscard]] std::unique_ptr<Flusher> make_flusher(std::string_view name);

}  // namespace carillon
