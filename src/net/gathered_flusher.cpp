#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "carillon/net/flusher.hpp"
#include "carillon/net/tcp_stream.hpp"

namespace carillon {
namespace {

class GatheredFlusher final : public Flusher {
public:
    void flush(TcpStream& stream) override {
        std::array<iovec, 64> vectors;
        const OutboundQueue& queue = stream.queue();
        while (!queue.empty()) {
            msghdr message{};
            message.msg_iov = vectors.data();
            message.msg_iovlen = queue.gather(vectors);
            const ssize_t sent =
                ::sendmsg(stream.descriptor(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno == EINTR) continue;
            if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return stream.write_failed();
            if (sent <= 0) break;
            const bool all_taken = static_cast<std::size_t>(sent) == bytes_in(message);
            stream.wrote(static_cast<std::size_t>(sent));
            if (!all_taken) break;
        }
        stream.flushed();
    }

    [[nodiscard]] std::string_view name() const noexcept override { return "gathered"; }

private:
    static std::size_t bytes_in(const msghdr& message) noexcept {
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < message.msg_iovlen; ++i) bytes += message.msg_iov[i].iov_len;
        return bytes;
    }
};

}  // namespace

std::unique_ptr<Flusher> make_gathered_flusher() {
    return std::make_unique<GatheredFlusher>();
}

}  // namespace carillon
