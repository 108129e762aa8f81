#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <memory>

#include "carillon/base/frame.hpp"
#include "carillon/base/intrusive_list.hpp"
#include "carillon/net/moved_stream.hpp"
#include "carillon/net/outbound_queue.hpp"
#include "carillon/net/stream_handler.hpp"
#include "carillon/net/tls.hpp"

namespace carillon {

class Streams;

/// One TCP connection of a shard: its socket, what waits to be written, and the session that uses
/// it. An idle one owns no buffer. Made by `Streams`, which also destroys it, at the end of the
/// turn in which it was closed: references stay valid to the end of the call.
class TcpStream : public ListHook<struct AllStreams>, public ListHook<struct DirtyStreams> {
public:
    /// With `tls`, what is sent and received is encrypted on the way.
    TcpStream(Streams& streams, int descriptor, boost::asio::ip::address peer,
              std::unique_ptr<TlsSession> tls);
    ~TcpStream();
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;

    /// Hands the connection to another session; the one before is released when its call returns.
    void set_handler(std::shared_ptr<StreamHandler> handler) { handler_ = std::move(handler); }

    /// Queues `frame`; it leaves with the flush at the end of the turn. Ignored once finishing or
    /// closed.
    void send(Frame frame);

    /// Bytes that wait here, encrypted or not, and what it costs to keep them.
    [[nodiscard]] std::size_t queued_bytes() const noexcept;

    /// Forgets what is queued but the frame that is partly on the wire, and what is encrypted
    /// already.
    void drop_queued();

    /// After what is queued: ends the sending side and goes on reading.
    void finish_sending();
    /// After what is queued: closes, and tells the handler (`on_lost`). Only when the peer has
    /// nothing more to say, since closing a socket with unread input resets it, and the peer may
    /// never see the last bytes.
    void close_when_sent();
    /// Now, without another call to the handler.
    void close() noexcept;
    /// Now, with a TCP reset: for a peer that does not read.
    void reset() noexcept;

    /// Gives the socket up, for another shard. Only when nothing is queued and `on_bytes` has
    /// returned: what has been received is with the handler.
    [[nodiscard]] MovedStream release();

    void pause_reading();
    void resume_reading();

    /// Asks for one `on_drained`, when nothing is queued any more.
    void await_drain();

    /// The socket took less than it was offered, and has not asked for more yet.
    [[nodiscard]] bool blocked() const noexcept { return wants_write_; }

    [[nodiscard]] bool closed() const noexcept { return descriptor_ < 0; }
    [[nodiscard]] bool secure() const noexcept { return tls_ != nullptr; }
    [[nodiscard]] const boost::asio::ip::address& peer() const noexcept { return peer_; }

    /// For the flusher.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] const OutboundQueue& queue() const noexcept { return queue_; }
    /// Before a flush: moves what waits to be encrypted to the queue.
    void prepare();
    void wrote(std::size_t bytes) noexcept;
    /// `blocked`: the socket took less than it was offered.
    void flushed(bool blocked);
    void write_failed();

    /// For `Streams`: the socket is ready for `events` (of epoll).
    void on_ready(unsigned events);

private:
    friend class Streams;
    enum class AfterQueue : unsigned char { stay, finish, close };

    void read();
    void decrypt(std::span<char> ciphertext);
    [[nodiscard]] bool is_drained() const noexcept;
    void fail();
    /// Its descriptor, which is watched no more.
    [[nodiscard]] int detach() noexcept;
    void after(AfterQueue what);
    void watch();

    Streams& streams_;
    std::shared_ptr<StreamHandler> handler_;
    std::unique_ptr<TlsSession> tls_;
    OutboundQueue queue_;
    int descriptor_;
    unsigned watched_events_ = 0;
    bool reading_ = true;
    bool wants_write_ = false;
    bool drain_awaited_ = false;
    AfterQueue after_queue_ = AfterQueue::stay;
    boost::asio::ip::address peer_;
};

}  // namespace carillon
