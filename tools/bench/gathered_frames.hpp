#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <string>
#include <vector>

namespace carillon::bench {

/// Frames as one message for sendmsg(), each where it is.
class GatheredFrames {
public:
    /// The frames outlive it.
    explicit GatheredFrames(const std::vector<std::string>& frames) {
        for (const std::string& frame : frames) {
            parts_.push_back({const_cast<char*>(frame.data()), frame.size()});
            size_ += frame.size();
        }
        message_.msg_iov = parts_.data();
        message_.msg_iovlen = parts_.size();
    }
    GatheredFrames(const GatheredFrames&) = delete;
    GatheredFrames& operator=(const GatheredFrames&) = delete;

    [[nodiscard]] const msghdr& message() const noexcept { return message_; }
    /// Bytes of all frames.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    std::vector<iovec> parts_;
    std::size_t size_ = 0;
    msghdr message_{};
};

}  // namespace carillon::bench
