#include "ring_sender.hpp"

#include <liburing.h>

#include <stdexcept>
#include <system_error>

#include "gathered_frames.hpp"

namespace carillon::bench {
namespace {

void require_done(int result, const char* what) {
    if (result < 0) throw std::system_error(-result, std::generic_category(), what);
}

class Ring {
public:
    explicit Ring(unsigned entries) {
        // Older kernels refuse the flags that let completions wait for the one who submits.
        if (::io_uring_queue_init(entries, &ring_,
                                  IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN) == 0) {
            return;
        }
        require_done(::io_uring_queue_init(entries, &ring_, 0), "io_uring_queue_init");
    }
    ~Ring() { ::io_uring_queue_exit(&ring_); }
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    io_uring* get() noexcept { return &ring_; }

private:
    io_uring ring_{};
};

class RingSender final : public WaveSender {
public:
    RingSender(std::span<const int> sockets, const std::vector<std::string>& frames)
        : ring_(static_cast<unsigned>(sockets.size())),
          count_(static_cast<unsigned>(sockets.size())),
          frames_(frames) {
        require_done(::io_uring_register_files(ring_.get(), sockets.data(), count_),
                     "io_uring_register_files");
    }

    void send() override {
        for (unsigned index = 0; index < count_; ++index) prepare(index);
        require_done(::io_uring_submit_and_wait(ring_.get(), count_), "io_uring_submit_and_wait");
        for (unsigned completed = 0; completed < count_;) completed += take_completions();
    }

private:
    void prepare(unsigned index) {
        io_uring_sqe* const entry = ::io_uring_get_sqe(ring_.get());
        if (entry == nullptr) throw std::runtime_error("the ring is full");
        const msghdr& message = frames_.message();
        const auto file = static_cast<int>(index);
        if (message.msg_iovlen == 1) {
            ::io_uring_prep_send(entry, file, message.msg_iov->iov_base, message.msg_iov->iov_len,
                                 MSG_NOSIGNAL);
        } else {
            ::io_uring_prep_sendmsg(entry, file, &message, MSG_NOSIGNAL);
        }
        entry->flags |= IOSQE_FIXED_FILE;
    }

    unsigned take_completions() {
        io_uring_cqe* completion = nullptr;
        require_done(::io_uring_wait_cqe(ring_.get(), &completion), "io_uring_wait_cqe");
        unsigned head = 0;
        unsigned taken = 0;
        io_uring_for_each_cqe(ring_.get(), head, completion) {
            ++taken;
            if (completion->res != static_cast<int>(frames_.size())) {
                throw std::runtime_error("a socket did not take a whole wave");
            }
        }
        ::io_uring_cq_advance(ring_.get(), taken);
        return taken;
    }

    Ring ring_;
    unsigned count_;
    GatheredFrames frames_;
};

}  // namespace

std::string why_no_ring() {
    try {
        const Ring ring(8);
        return {};
    } catch (const std::system_error& error) {
        return error.what();
    }
}

std::unique_ptr<WaveSender> make_ring_sender(std::span<const int> sockets,
                                             const std::vector<std::string>& frames) {
    return std::make_unique<RingSender>(sockets, frames);
}

}  // namespace carillon::bench
