#pragma once

#include <string>
#include <string_view>

namespace carillon::bench {

/// Reads one HTTP/1.1 answer after the other, as far as a client that sends one request at a time
/// needs. Does no I/O.
class HttpAnswer {
public:
    /// Adds what arrived. True once the answer is whole; `reset` before the next one.
    [[nodiscard]] bool feed(std::string_view bytes);
    /// The peer closed: whole as well if only the end of the stream could end it.
    [[nodiscard]] bool end() const noexcept { return body_ == Body::until_close; }
    void reset();

    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] bool keeps_alive() const noexcept { return keeps_alive_; }
    [[nodiscard]] bool started() const noexcept { return !text_.empty(); }

private:
    enum class Body : std::uint8_t { unknown, sized, chunked, until_close };

    void read_head(std::string_view head);

    std::string text_;
    std::size_t head_size_ = 0;
    std::size_t body_size_ = 0;
    int status_ = 0;
    Body body_ = Body::unknown;
    bool keeps_alive_ = true;
};

}  // namespace carillon::bench
