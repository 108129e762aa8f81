#include "carillon/net/streams.hpp"

#include <sys/epoll.h>

#include <boost/asio/io_context.hpp>
#include <system_error>
#include <utility>

namespace carillon {
namespace {

/// Limits the memory of a flush: frames are shared by all receivers, their ciphertexts are not.
constexpr std::size_t batch_encrypted_max = std::size_t{1} << 20U;
constexpr int ready_max = 8;  // Streams per epoll_wait, between checks of the turn's time.

int make_epoll() {
    const int descriptor = ::epoll_create1(EPOLL_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    return descriptor;
}

}  // namespace

Streams::Streams(EventLoop& loop, std::unique_ptr<Flusher> flusher, ShardMetrics& metrics)
    : flusher_(std::move(flusher)),
      metrics_(metrics),
      loop_(loop),
      epoll_(loop.context(), make_epoll()) {
    await_ready();
}

Streams::~Streams() {
    all_.clear_and_dispose([](TcpStream* stream) { delete stream; });
}

TcpStream& Streams::adopt(int descriptor, boost::asio::ip::address peer, const TlsContext* tls) {
    return add(descriptor, std::move(peer),
               tls != nullptr ? std::make_unique<TlsSession>(*tls, tls_scratch_) : nullptr);
}

TcpStream& Streams::adopt(MovedStream moved) {
    if (moved.tls_) moved.tls_->move_to(tls_scratch_);
    return add(std::exchange(moved.descriptor_, -1), std::move(moved.peer_), std::move(moved.tls_));
}

TcpStream& Streams::add(int descriptor, boost::asio::ip::address peer,
                        std::unique_ptr<TlsSession> tls) {
    auto* const stream = new TcpStream(*this, descriptor, std::move(peer), std::move(tls));
    all_.push_back(*stream);
    ++size_;
    if (node_sockets_ != nullptr) node_sockets_->fetch_add(1, std::memory_order_relaxed);
    control(EPOLL_CTL_ADD, *stream, EPOLLIN);
    return *stream;
}

std::size_t Streams::queued_bytes() const noexcept {
    std::size_t bytes = 0;
    for (const TcpStream& stream : all_) bytes += stream.queued_bytes();
    return bytes;
}

void Streams::await_ready() {
    epoll_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [this](boost::system::error_code error) {
                          if (error) return;
                          loop_.refresh_time();
                          dispatch_ready();
                          await_ready();
                      });
}

void Streams::dispatch_ready() {
    std::array<epoll_event, ready_max> events;
    int count = 0;
    do {
        count = ::epoll_wait(epoll_.native_handle(), events.data(), ready_max, 0);
        for (int i = 0; i < count; ++i) {
            // Closed streams are not destroyed before the end of the turn, so the pointer is valid.
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            static_cast<TcpStream*>(event.data.ptr)->on_ready(event.events);
        }
        // A stream that stays ready goes to the end of the kernel's list, so none is starved.
    } while (count == ready_max && !loop_.turn_expired());
}

void Streams::mark_dirty(TcpStream& stream) {
    auto& dirty = static_cast<ListHook<DirtyStreams>&>(stream);
    if (in_fan_out_) {
        if (dirty.is_linked()) return;
        leave_over(stream);
        return unflushed_.push_back(stream);
    }
    // An answer takes along what waits in front of it.
    if (dirty.is_linked() && stream.left_over_) dirty.unlink();
    if (!dirty.is_linked()) dirty_.push_back(stream);
}

void Streams::leave_over(TcpStream& stream) noexcept {
    if (!std::exchange(stream.left_over_, true)) ++left_over_;
}

void Streams::flush_now(TcpStream& stream) {
    TcpStream* const one = &stream;
    flusher_->flush({&one, 1});
}

void Streams::retire(TcpStream& stream) {
    static_cast<ListHook<AllStreams>&>(stream).unlink();
    auto& dirty = static_cast<ListHook<DirtyStreams>&>(stream);
    if (dirty.is_linked()) dirty.unlink();
    if (std::exchange(stream.left_over_, false)) ++made_up_;
    --size_;
    if (node_sockets_ != nullptr) node_sockets_->fetch_sub(1, std::memory_order_relaxed);
    closed_.emplace_back(&stream);
}

void Streams::end_turn() {
    bool left_over_next = false;
    while (!dirty_.empty() || !unflushed_.empty()) {
        const bool takes_left_over = dirty_.empty() || (left_over_next && !unflushed_.empty());
        if (takes_left_over) {
            flush_some(unflushed_, dirty_);
        } else {
            flush_some(dirty_, unflushed_);
        }
        left_over_next = !takes_left_over;
        if (loop_.flush_expired()) break;
    }
    leave_over();
    note_how_far_behind();
    std::vector<std::unique_ptr<TcpStream>> closed;
    closed.swap(closed_);
}

void Streams::flush_some(DirtyList& first, DirtyList& second) {
    std::size_t size = 0;
    std::size_t encrypted = 0;
    for (DirtyList* const streams : {&first, &second}) {
        while (!streams->empty() && size < batch_.size() && encrypted < batch_encrypted_max) {
            TcpStream& stream = streams->front();
            streams->pop_front();
            if (std::exchange(stream.left_over_, false)) ++made_up_;
            stream.prepare();
            if (stream.secure()) encrypted += stream.queue().bytes();
            batch_[size++] = &stream;
        }
    }
    flusher_->flush({batch_.data(), size});
}

void Streams::leave_over() {
    for (TcpStream& stream : dirty_) leave_over(stream);
    unflushed_.splice(unflushed_.end(), dirty_);
    if (!unflushed_.empty()) loop_.request_turn();
}

void Streams::note_how_far_behind() noexcept {
    if (made_up_ == left_over_) return behind_since_.reset();
    if (behind_since_ && made_up_ < behind_mark_) return;
    behind_since_ = loop_.now();
    behind_mark_ = left_over_;
}

void Streams::control(int operation, TcpStream& stream, unsigned events) noexcept {
    epoll_event event{};
    event.events = events;
    event.data.ptr = &stream;
    ::epoll_ctl(epoll_.native_handle(), operation, stream.descriptor_, &event);
    stream.watched_events_ = events & 0xfU;
}

}  // namespace carillon
