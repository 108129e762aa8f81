#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "carillon/base/frame.hpp"

namespace carillon {

/// Frames that wait for one socket, in order. Holds references, never copies of bytes. With one
/// frame or none it owns no memory but that: chunks of a few references each come and go with the
/// load.
class OutboundQueue {
public:
    OutboundQueue() = default;
    OutboundQueue(OutboundQueue&&) = delete;
    ~OutboundQueue() { clear(); }

    void push(Frame frame);

    struct Gathered {
        std::size_t vectors = 0;
        std::size_t bytes = 0;
    };
    /// Describes the first bytes that wait, as many as `vectors` can say.
    [[nodiscard]] Gathered gather(std::span<iovec> vectors) const noexcept;

    /// `written` bytes from the front are on the wire.
    void consume(std::size_t written) noexcept;

    /// Forgets all but the frame that is partly written: a half-sent frame would break the stream.
    void drop_unstarted();
    void clear() noexcept;

    [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// `bytes`, and what it takes to keep that many frames: small ones cost more than they hold.
    [[nodiscard]] std::size_t footprint() const noexcept { return bytes_ + 48 * frames_; }

private:
    struct Chunk {
        std::array<Frame, 14> frames;
        std::uint16_t begin = 0;
        std::uint16_t end = 0;
        std::unique_ptr<Chunk> next;
    };

    void append(Frame frame);
    void pop_front() noexcept;
    [[nodiscard]] const Frame& front() const noexcept {
        return head_ ? head_->frames[head_->begin] : only_;
    }

    Frame only_;  ///< the one that waits, while there is but one and no chunk
    std::unique_ptr<Chunk> head_;
    Chunk* tail_ = nullptr;
    std::size_t bytes_ = 0;
    std::size_t frames_ = 0;
    std::size_t written_of_first_ = 0;
};

}  // namespace carillon
