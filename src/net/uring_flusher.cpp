#include <liburing.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <system_error>
#include <utility>
#include <vector>

#include "carillon/net/flusher.hpp"
#include "carillon/net/tcp_stream.hpp"

namespace carillon {
namespace {

/// A ring for one thread: the first that submits. On older kernels without the flags for that.
class Ring {
public:
    Ring() {
        constexpr unsigned own_thread = IORING_SETUP_SUBMIT_ALL | IORING_SETUP_R_DISABLED |
                                        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
        int error = 0;
        for (const unsigned flags : {own_thread, 0U}) {
            error = ::io_uring_queue_init(Flusher::batch_max, &ring_, flags);
            if (error != 0) continue;
            disabled_ = flags != 0;
            return;
        }
        throw std::system_error(-error, std::generic_category(), "io_uring_setup");
    }
    ~Ring() { ::io_uring_queue_exit(&ring_); }
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    [[nodiscard]] bool supports(std::initializer_list<int> operations) {
        io_uring_probe* const probe = ::io_uring_get_probe_ring(&ring_);
        bool all = probe != nullptr;
        for (const int operation : operations) {
            all = all && ::io_uring_opcode_supported(probe, operation) != 0;
        }
        ::io_uring_free_probe(probe);
        return all;
    }

    /// Never null: as many fit as `Flusher::batch_max`.
    [[nodiscard]] io_uring_sqe* next() noexcept { return ::io_uring_get_sqe(&ring_); }

    /// Submits, and waits for `count` completions, for each of which it calls `done(user data,
    /// result)`. Returns 0, or the negative error because of which it stopped.
    template <class Done>
    int run(unsigned count, const Done& done) {
        if (disabled_) enable();
        for (int fruitless = 0; count > 0; ++fruitless) {
            const int status = ::io_uring_submit_and_wait(&ring_, count);
            const bool is_transient = status == -EINTR || status == -EAGAIN || status == -EBUSY;
            if (status < 0 && (!is_transient || fruitless > fruitless_max)) return status;
            unsigned head = 0;
            unsigned seen = 0;
            io_uring_cqe* entry = nullptr;
            io_uring_for_each_cqe(&ring_, head, entry) {
                done(::io_uring_cqe_get_data(entry), entry->res);
                ++seen;
            }
            ::io_uring_cq_advance(&ring_, seen);
            count -= seen;
            if (seen > 0) fruitless = 0;
        }
        return 0;
    }

private:
    static constexpr int fruitless_max =
        1000;  // A lack of memory may be temporary; a shard must not hang.

    /// The thread that calls this is the one that submits. (Debian's liburing 2.3 declares
    /// io_uring_enable_rings but does not export it.)
    void enable() noexcept {
        ::io_uring_register(static_cast<unsigned>(ring_.ring_fd), IORING_REGISTER_ENABLE_RINGS,
                            nullptr, 0);
        disabled_ = false;
    }

    io_uring ring_{};
    bool disabled_ = false;
};

/// With MSG_DONTWAIT every send has completed or failed when its submission returns. So nothing is
/// in flight between two turns, and no buffer has to outlive its turn (docs/decisions/0005).
class UringFlusher final : public Flusher {
public:
    UringFlusher() : vectors_(vectors_max) {
        if (!ring_.supports({IORING_OP_SEND, IORING_OP_SENDMSG})) {
            throw std::system_error(ENOSYS, std::generic_category(), "io_uring");
        }
    }

    void flush(std::span<TcpStream* const> streams) override {
        if (fallback_) return fallback_->flush(streams);
        // No stream is called before everything is written: a handler might close a stream whose
        // bytes the kernel has not read yet.
        begin(streams);
        while (write_some()) {
        }
        for (std::size_t i = 0; i < streams.size(); ++i) {
            if (streams[i]->closed()) continue;
            if (writes_[i].failed) {
                streams[i]->write_failed();
            } else {
                streams[i]->flushed(writes_[i].blocked);
            }
        }
    }

    [[nodiscard]] std::string_view name() const noexcept override { return "io_uring"; }

private:
    static constexpr std::size_t vectors_max = 8192;
    static constexpr std::size_t vectors_of_stream_max = 64;

    struct Write {
        TcpStream* stream = nullptr;
        std::size_t offered = 0;
        msghdr message{};
        bool more = false;
        bool blocked = false;
        bool failed = false;
    };

    void begin(std::span<TcpStream* const> streams) noexcept {
        count_ = streams.size();
        for (std::size_t i = 0; i < count_; ++i) {
            writes_[i] = {};
            writes_[i].stream = streams[i];
            writes_[i].more = !streams[i]->closed() && !streams[i]->queue().empty();
        }
    }

    /// Offers each socket what fits into one message. False once there is no more for any.
    bool write_some() noexcept {
        bool any = false;
        for (std::size_t i = 0; i < count_; ++i) {
            if (!writes_[i].more) continue;
            any = true;
            if (vectors_used_ + vectors_of_stream_max > vectors_.size()) submit();
            offer(writes_[i]);
        }
        submit();
        return any;
    }

    void offer(Write& write) noexcept {
        constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
        const std::span<iovec> free{&vectors_[vectors_used_], vectors_of_stream_max};
        const OutboundQueue::Gathered gathered = write.stream->queue().gather(free);
        const int descriptor = write.stream->descriptor();
        io_uring_sqe* const entry = ring_.next();
        if (gathered.vectors == 1) {
            ::io_uring_prep_send(entry, descriptor, free[0].iov_base, free[0].iov_len, flags);
        } else {
            write.message = {};
            write.message.msg_iov = free.data();
            write.message.msg_iovlen = gathered.vectors;
            ::io_uring_prep_sendmsg(entry, descriptor, &write.message, flags);
        }
        ::io_uring_sqe_set_data(entry, &write);
        write.offered = gathered.bytes;
        write.more = false;
        vectors_used_ += gathered.vectors;
        ++submitted_;
    }

    void submit() noexcept {
        const int broken = ring_.run(submitted_, [](void* write, int result) {
            settle(*static_cast<Write*>(write), result);
        });
        submitted_ = 0;
        vectors_used_ = 0;
        if (broken == 0) return;
        // It is not known how much was sent, so nothing may be sent after it. Entries that are
        // still in the ring may never complete.
        for (std::size_t i = 0; i < count_; ++i) {
            writes_[i].failed = writes_[i].failed || writes_[i].offered > 0;
            writes_[i].blocked = writes_[i].blocked || writes_[i].more;
            writes_[i].more = false;
        }
        spdlog::error("io_uring failed ({}), this shard sends with sendmsg from now on",
                      std::generic_category().message(-broken));
        fallback_ = make_gathered_flusher();
    }

    static void settle(Write& write, int result) noexcept {
        const std::size_t offered = std::exchange(write.offered, 0);
        if (result > 0) {
            const auto sent = static_cast<std::size_t>(result);
            write.stream->wrote(sent);
            write.blocked = sent < offered;
            write.more = !write.blocked && !write.stream->queue().empty();
        } else if (result == -EINTR) {
            write.more = true;
        } else {
            write.blocked = result == 0 || result == -EAGAIN;
            write.failed = !write.blocked;
        }
    }

    Ring ring_;
    std::array<Write, batch_max> writes_;
    std::size_t count_ = 0;
    std::vector<iovec> vectors_;
    std::size_t vectors_used_ = 0;
    unsigned submitted_ = 0;
    std::unique_ptr<Flusher> fallback_;  ///< once the ring has failed
};

}  // namespace

std::unique_ptr<Flusher> make_uring_flusher() {
    return std::make_unique<UringFlusher>();
}

}  // namespace carillon
