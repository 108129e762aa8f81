#include "carillon/net/tcp_stream.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "carillon/net/streams.hpp"

namespace carillon {

namespace {

/// Maximum of encrypted bytes in the queue; the rest stays in plain text, which can be dropped.
constexpr std::size_t encrypted_bytes_max = 65536;

}  // namespace

TcpStream::TcpStream(Streams& streams, int descriptor, boost::asio::ip::address peer,
                     std::unique_ptr<TlsSession> tls)
    : streams_(streams), tls_(std::move(tls)), descriptor_(descriptor), peer_(std::move(peer)) {}

TcpStream::~TcpStream() {
    if (!closed()) ::close(descriptor_);
}

void TcpStream::send(Frame frame) {
    if (closed() || after_queue_ != AfterQueue::stay) return;
    if (tls_) {
        tls_->send(std::move(frame));
    } else {
        queue_.push(std::move(frame));
    }
    streams_.mark_dirty(*this);
}

std::size_t TcpStream::queued_bytes() const noexcept {
    return queue_.footprint() + (tls_ ? tls_->plain().footprint() : 0);
}

void TcpStream::drop_queued() {
    tls_ ? tls_->plain().drop_unstarted() : queue_.drop_unstarted();
}

bool TcpStream::is_drained() const noexcept {
    return queued_bytes() == 0;
}

void TcpStream::finish_sending() {
    after(AfterQueue::finish);
}

void TcpStream::close_when_sent() {
    after(AfterQueue::close);
}

void TcpStream::after(AfterQueue what) {
    if (closed() || after_queue_ >= what) return;
    after_queue_ = what;
    streams_.mark_dirty(*this);
}

void TcpStream::close() noexcept {
    if (closed()) return;
    ::close(detach());
    queue_.clear();
    if (tls_) tls_->plain().clear();
}

int TcpStream::detach() noexcept {
    streams_.control(EPOLL_CTL_DEL, *this, 0);
    streams_.retire(*this);
    return std::exchange(descriptor_, -1);
}

MovedStream TcpStream::release() {
    return {detach(), peer_, std::move(tls_)};
}

void TcpStream::reset() noexcept {
    if (closed()) return;
    const linger abort{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    close();
}

void TcpStream::pause_reading() {
    reading_ = false;
    watch();
}

void TcpStream::resume_reading() {
    reading_ = true;
    watch();
}

void TcpStream::watch() {
    if (closed()) return;
    const unsigned events = (reading_ ? EPOLLIN : 0U) | (wants_write_ ? EPOLLOUT : 0U);
    if (events == watched_events_) return;
    streams_.control(EPOLL_CTL_MOD, *this, events);
}

void TcpStream::on_ready(unsigned events) {
    if (closed()) return;
    if ((events & EPOLLOUT) != 0) streams_.mark_dirty(*this);
    if ((events & EPOLLIN) != 0 && reading_) return read();
    // epoll reports errors whatever is watched; of a paused stream they would not be read.
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) fail();
}

void TcpStream::read() {
    const ssize_t received =
        ::recv(descriptor_, streams_.scratch_.data(), streams_.scratch_.size(), MSG_DONTWAIT);
    if (received < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) fail();
        return;
    }
    const std::shared_ptr<StreamHandler> handler = handler_;  // It may be replaced during the call.
    if (received == 0) {
        pause_reading();
        return handler->on_end();
    }
    streams_.metrics_.bytes_received += static_cast<std::size_t>(received);
    const std::span<char> bytes{streams_.scratch_.data(), static_cast<std::size_t>(received)};
    if (tls_) return decrypt(bytes);
    handler->on_bytes(bytes);
}

void TcpStream::decrypt(std::span<char> ciphertext) {
    tls_->receive(ciphertext);
    for (;;) {
        std::span<char> plaintext;
        const TlsSession::Progress progress = tls_->read(plaintext);
        tls_->take_output(queue_);
        const std::shared_ptr<StreamHandler> handler = handler_;
        switch (progress) {
            case TlsSession::Progress::bytes:
                handler->on_bytes(plaintext);
                if (closed()) return;
                continue;
            case TlsSession::Progress::need_more:
                return streams_.mark_dirty(*this);
            case TlsSession::Progress::ended:
                pause_reading();
                streams_.mark_dirty(*this);
                return handler->on_end();
            case TlsSession::Progress::failed:
                tls_->plain().clear();
                streams_.flush_now(*this);  // The alert has the reason.
                if (!closed()) fail();
                return;
        }
    }
}

void TcpStream::prepare() {
    if (!tls_) return;
    if (!tls_->encrypt(queue_, encrypted_bytes_max)) return fail();
    if (after_queue_ != AfterQueue::stay && tls_->plain().empty()) tls_->end(queue_);
}

void TcpStream::fail() {
    const std::shared_ptr<StreamHandler> handler = handler_;
    close();
    handler->on_lost();
}

void TcpStream::write_failed() {
    fail();
}

void TcpStream::wrote(std::size_t bytes) noexcept {
    queue_.consume(bytes);
    streams_.metrics_.bytes_sent += bytes;
}

void TcpStream::flushed(bool blocked) {
    if (std::exchange(wants_write_, blocked) != blocked) watch();
    // Frames that were queued since, when another stream was closed, go with the next batch.
    if (blocked || !queue_.empty()) return;
    if (!is_drained()) {
        // There is more to encrypt, which has to wait for the peer during the handshake.
        if (tls_->established()) streams_.mark_dirty(*this);
        if (after_queue_ == AfterQueue::stay || tls_->established()) return;
    }
    if (after_queue_ == AfterQueue::close) return fail();
    if (after_queue_ == AfterQueue::finish) ::shutdown(descriptor_, SHUT_WR);
    if (std::exchange(drain_awaited_, false)) {
        const std::shared_ptr<StreamHandler> handler = handler_;
        handler->on_drained();
    }
}

void TcpStream::await_drain() {
    if (closed()) return;
    drain_awaited_ = true;
    streams_.mark_dirty(*this);
}

}  // namespace carillon
