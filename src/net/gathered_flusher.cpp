#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "carillon/net/flusher.hpp"
#include "carillon/net/tcp_stream.hpp"

namespace carillon {
namespace {

class GatheredFlusher final : public Flusher {
public:
    void flush(std::span<TcpStream* const> streams) override {
        for (TcpStream* const stream : streams) {
            if (!stream->closed()) flush(*stream);
        }
    }

    [[nodiscard]] std::string_view name() const noexcept override { return "gathered"; }

private:
    void flush(TcpStream& stream) {
        bool blocked = false;
        while (!blocked && !stream.queue().empty()) {
            const OutboundQueue::Gathered offered = stream.queue().gather(vectors_);
            const ssize_t sent = send(stream.descriptor(), offered.vectors);
            if (sent < 0 && errno == EINTR) continue;
            if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return stream.write_failed();
            const std::size_t taken = sent > 0 ? static_cast<std::size_t>(sent) : 0;
            stream.wrote(taken);
            blocked = taken < offered.bytes;
        }
        stream.flushed(blocked);
    }

    ssize_t send(int descriptor, std::size_t vectors) noexcept {
        constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
        if (vectors == 1) {
            return ::send(descriptor, vectors_[0].iov_base, vectors_[0].iov_len, flags);
        }
        msghdr message{};
        message.msg_iov = vectors_.data();
        message.msg_iovlen = vectors;
        return ::sendmsg(descriptor, &message, flags);
    }

    std::array<iovec, 64> vectors_;
};

}  // namespace

std::unique_ptr<Flusher> make_gathered_flusher() {
    return std::make_unique<GatheredFlusher>();
}

}  // namespace carillon
