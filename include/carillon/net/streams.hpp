#pragma once

#include <array>
#include <atomic>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "carillon/net/flusher.hpp"
#include "carillon/net/tcp_stream.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// Owns all TCP connections of one shard: reads those that are ready, flushes the dirty ones, and
/// destroys the closed ones. Has an epoll set of its own, which the event loop watches as one
/// descriptor: reading needs no system call to arm it, and no memory of the loop per connection
/// (docs/decisions/0001). One shard.
class Streams {
public:
    /// `metrics` must outlive this.
    Streams(EventLoop& loop, std::unique_ptr<Flusher> flusher, ShardMetrics& metrics);
    ~Streams();
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;

    /// Takes a connected socket and begins to watch it. Its handler has to be set before the turn
    /// ends. `tls`: of a listener with TLS, else null.
    TcpStream& adopt(int descriptor, boost::asio::ip::address peer, const TlsContext* tls);

    /// Takes a connection that another shard has released.
    TcpStream& adopt(MovedStream moved);

    /// While set, streams become dirty because of a fan-out: they queue behind those that have an
    /// answer to send, as if an earlier turn had left them over.
    void set_fan_out(bool is_under_way) noexcept { in_fan_out_ = is_under_way; }

    /// Flushes the streams that became dirty in this turn and those that were left over, until
    /// `EventLoop::flush_expired`; then destroys the streams that were closed in it. If some are
    /// left over, requests another turn. Batches that begin with the one and with the other kind
    /// alternate, so that the flush of a large channel delays no other answer.
    void end_turn();

    /// Streams that were ever left over, and those of them that have been flushed or closed since:
    /// what was queued while the first counter stood at N is written once the second reaches N.
    [[nodiscard]] std::uint64_t left_over() const noexcept { return left_over_; }
    [[nodiscard]] std::uint64_t made_up() const noexcept { return made_up_; }

    /// Since when some streams have been left over that still are; nullopt: none. It follows the
    /// flush: once those of that time are written, it is the time from which the next wait.
    [[nodiscard]] std::optional<TimePoint> behind_since() const noexcept { return behind_since_; }

    /// From now on its sockets count in `sockets`, which must outlive this: of all shards together.
    void count_in(std::atomic<std::uint32_t>& sockets) noexcept { node_sockets_ = &sockets; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// Bytes queued over all connections. Iterates over all of them: for a scrape.
    [[nodiscard]] std::size_t queued_bytes() const noexcept;
    [[nodiscard]] ShardMetrics& metrics() noexcept { return metrics_; }
    [[nodiscard]] const Flusher& flusher() const noexcept { return *flusher_; }

private:
    friend class TcpStream;
    TcpStream& add(int descriptor, boost::asio::ip::address peer, std::unique_ptr<TlsSession> tls);
    void await_ready();
    void dispatch_ready();
    void mark_dirty(TcpStream& stream);
    using DirtyList = HookedList<TcpStream, DirtyStreams>;
    /// Flushes a batch of the first, filled up with the second.
    void flush_some(DirtyList& first, DirtyList& second);
    void leave_over();
    void note_how_far_behind() noexcept;
    void leave_over(TcpStream& stream) noexcept;
    void flush_now(TcpStream& stream);
    void retire(TcpStream& stream);
    /// epoll_ctl(2) on the stream's socket.
    void control(int operation, TcpStream& stream, unsigned events) noexcept;

    std::unique_ptr<Flusher> flusher_;
    ShardMetrics& metrics_;
    EventLoop& loop_;
    boost::asio::posix::stream_descriptor epoll_;
    HookedList<TcpStream, AllStreams> all_;
    DirtyList dirty_;      ///< since the end of the last turn
    DirtyList unflushed_;  ///< left over by earlier turns, or made ready by a fan-out
    bool in_fan_out_ = false;
    std::uint64_t left_over_ = 0;
    std::uint64_t made_up_ = 0;
    std::optional<TimePoint> behind_since_;
    std::uint64_t behind_mark_ = 0;  ///< of `left_over_`, at that time
    std::vector<std::unique_ptr<TcpStream>> closed_;
    std::array<TcpStream*, Flusher::batch_max> batch_;
    std::size_t size_ = 0;
    std::atomic<std::uint32_t>* node_sockets_ = nullptr;
    /// Also the maximum that is read from a socket at a time, so that one peer cannot occupy a
    /// turn.
    std::array<char, 16384> scratch_;
    TlsScratch tls_scratch_;
};

}  // namespace carillon
