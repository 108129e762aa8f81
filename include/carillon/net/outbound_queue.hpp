#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "carillon/base/frame.hpp"

namespace carillon {

/// The frames queued for one socket, in order. Keeps references to them, and never copies bytes.
/// With at most one frame it allocates nothing; more are kept in chunks of 14 references, which are
/// freed as they empty.
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
    /// Describes the first queued bytes, as many as `vectors` have room for.
    [[nodiscard]] Gathered gather(std::span<iovec> vectors) const noexcept;

    /// Removes `written` bytes from the front: they have been written.
    void consume(std::size_t written) noexcept;

    /// Drops all frames but one that is partly written, without whose rest the stream would break.
    void drop_unstarted();
    void clear() noexcept;

    [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    /// `bytes`, plus 48 per frame: the memory of a small frame is mostly its overhead.
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

    Frame only_;  ///< the only frame, while there are no chunks
    std::unique_ptr<Chunk> head_;
    Chunk* tail_ = nullptr;
    std::size_t bytes_ = 0;
    std::size_t frames_ = 0;
    std::size_t written_of_first_ = 0;
};

}  // namespace carillon
