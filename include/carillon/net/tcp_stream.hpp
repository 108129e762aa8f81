#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "carillon/base/frame.hpp"
#include "carillon/base/intrusive_list.hpp"
#include "carillon/net/moved_stream.hpp"
#include "carillon/net/outbound_queue.hpp"
#include "carillon/net/stream_handler.hpp"
#include "carillon/net/tls.hpp"

namespace carillon {

class Streams;

/// One TCP connection of a shard: its socket, its send queue, and the session that handles it. Owns
/// no buffer while it is idle. Created by `Streams`, which destroys it at the end of the turn in
/// which it was closed: references are valid until then. One shard.
class TcpStream : public ListHook<struct AllStreams>, public ListHook<struct DirtyStreams> {
public:
    /// With `tls`, sent and received bytes are encrypted.
    TcpStream(Streams& streams, int descriptor, boost::asio::ip::address peer,
              std::unique_ptr<TlsSession> tls);
    ~TcpStream();
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;

    /// Sets the session that handles the connection. The one before is released, after its running
    /// call has returned.
    void set_handler(std::shared_ptr<StreamHandler> handler) { handler_ = std::move(handler); }

    /// Queues `frame`, which is written with the flush at the end of the turn. Does nothing after
    /// `finish_sending`, `close_when_sent` or `close`.
    void send(Frame frame);

    /// Queued bytes, encrypted or not, plus the overhead of the queue.
    [[nodiscard]] std::size_t queued_bytes() const noexcept;

    /// Drops the queue, except for a frame that is partly written and bytes that are encrypted.
    void drop_queued();

    /// Ends the sending side after the queue has been written, and continues to read.
    void finish_sending();
    /// Closes after the queue has been written, and calls `on_lost`. Only if the peer sends nothing
    /// more: closing a socket with unread input resets it, and the peer may lose the last bytes.
    void close_when_sent();
    /// Closes at once, without another call to the handler.
    void close() noexcept;
    /// Closes at once, with a TCP reset: for a peer that does not read.
    void reset() noexcept;

    /// Releases the socket, for another shard. Only while the queue is empty, and not from
    /// `on_bytes`: received bytes stay with the handler.
    [[nodiscard]] MovedStream release();

    void pause_reading();
    void resume_reading();

    /// Requests one `on_drained`, when the queue is empty.
    void await_drain();

    /// The socket accepted less than it was offered, and is not writable again yet.
    [[nodiscard]] bool blocked() const noexcept { return wants_write_; }

    [[nodiscard]] bool closed() const noexcept { return descriptor_ < 0; }
    [[nodiscard]] bool secure() const noexcept { return tls_ != nullptr; }
    [[nodiscard]] const boost::asio::ip::address& peer() const noexcept { return peer_; }

    /// For the flusher.
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] const OutboundQueue& queue() const noexcept { return queue_; }
    /// Before a flush: encrypts queued bytes into the queue of the socket.
    void prepare();
    void wrote(std::size_t bytes) noexcept;
    /// `blocked`: the socket accepted less than it was offered.
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
    /// Returns the descriptor, which is no longer watched.
    [[nodiscard]] int detach() noexcept;
    void after(AfterQueue what);
    void watch();

    Streams& streams_;
    std::shared_ptr<StreamHandler> handler_;
    std::unique_ptr<TlsSession> tls_;
    OutboundQueue queue_;
    int descriptor_;
    // Beside the descriptor in eight bytes: there is a stream per connection.
    std::uint8_t watched_events_ : 4 = 0;  ///< EPOLLIN, EPOLLOUT
    bool reading_ : 1 = true;
    AfterQueue after_queue_ : 2 = AfterQueue::stay;
    bool wants_write_ = false;
    bool drain_awaited_ = false;
    bool left_over_ = false;  ///< by a flush that ran out of time, or dirty by a fan-out
    boost::asio::ip::address peer_;
};

}  // namespace carillon
