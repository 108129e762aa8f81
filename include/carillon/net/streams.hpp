#pragma once

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "carillon/net/flusher.hpp"
#include "carillon/net/tcp_stream.hpp"
#include "carillon/runtime/event_loop.hpp"

namespace carillon {

/// All TCP connections of one shard: who is ready, who has something to send, who is to be
/// destroyed. Keeps an epoll set of its own, which the event loop watches as one descriptor: no
/// system call to arm a read, and no memory of the loop a connection (docs/decisions/0001). One
/// shard.
class Streams {
public:
    /// `metrics` must outlive this.
    Streams(EventLoop& loop, std::unique_ptr<Flusher> flusher, ShardMetrics& metrics);
    ~Streams();
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;

    /// Takes over a connected socket. Watched from now on; set its handler before the turn ends.
    /// `tls`: the listener's, if it demands TLS.
    TcpStream& adopt(int descriptor, boost::asio::ip::address peer, const TlsContext* tls);

    /// Takes over a connection that another shard has released.
    TcpStream& adopt(MovedStream moved);

    /// Flushes what became dirty in this turn, then destroys what was closed in it.
    void end_turn();

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// What waits to be written, over all connections. Walks them all: for a scrape.
    [[nodiscard]] std::size_t queued_bytes() const noexcept;
    [[nodiscard]] ShardMetrics& metrics() noexcept { return metrics_; }
    [[nodiscard]] const Flusher& flusher() const noexcept { return *flusher_; }

private:
    friend class TcpStream;
    TcpStream& add(int descriptor, boost::asio::ip::address peer, std::unique_ptr<TlsSession> tls);
    void await_ready();
    void dispatch_ready();
    void mark_dirty(TcpStream& stream);
    void flush_now(TcpStream& stream);
    void retire(TcpStream& stream);
    /// epoll_ctl(2) on the stream's socket.
    void control(int operation, TcpStream& stream, unsigned events) noexcept;

    std::unique_ptr<Flusher> flusher_;
    ShardMetrics& metrics_;
    EventLoop& loop_;
    boost::asio::posix::stream_descriptor epoll_;
    HookedList<TcpStream, AllStreams> all_;
    HookedList<TcpStream, DirtyStreams> dirty_;
    std::vector<std::unique_ptr<TcpStream>> closed_;
    std::array<TcpStream*, Flusher::batch_max> batch_;
    std::size_t size_ = 0;
    /// Also the most that is taken from a socket at a visit: a flooding peer gets its turns, no
    /// more.
    std::array<char, 16384> scratch_;
    TlsScratch tls_scratch_;
};

}  // namespace carillon
