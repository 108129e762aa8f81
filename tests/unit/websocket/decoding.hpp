#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/websocket/decoder.hpp"

namespace carillon::test {

/// An event with a payload of its own.
struct SeenEvent {
    WsEvent::Kind kind;
    std::string payload;
    std::uint16_t close_code = 0;

    friend bool operator==(const SeenEvent&, const SeenEvent&) = default;
};

/// Everything that came of a stream of bytes.
struct Decoded {
    std::vector<SeenEvent> events;
    std::optional<Errc> failure;
    std::size_t heap_left = 0;  ///< What the decoder still owns; not part of the comparison.
    bool input_left = false;    ///< Some `need_more` left bytes behind without a close before it.

    friend bool operator==(const Decoded& a, const Decoded& b) {
        return a.events == b.events && a.failure == b.failure;
    }
    friend std::ostream& operator<<(std::ostream& out, const Decoded& decoded);
};

/// What a test expects: these events and no failure, or a failure after these events.
[[nodiscard]] Decoded seen(std::vector<SeenEvent> events);
[[nodiscard]] Decoded failed(Errc why, std::vector<SeenEvent> before = {});

/// Feeds one decoder piece by piece, each from memory of exactly its size, and measures its heap.
class PiecewiseDecoding {
public:
    explicit PiecewiseDecoding(std::size_t message_bytes_max, bool inflates = false)
        : decoder_(inflates), max_(message_bytes_max) {}

    /// False once the decoder has failed.
    bool feed(std::string_view piece);
    [[nodiscard]] const Decoded& result() const { return decoded_; }

private:
    WsDecoder decoder_;
    std::size_t max_;
    Decoded decoded_;
};

/// Decodes `bytes` whole, cut in two at every place (in large input: near the ends and at some
/// between), and byte by byte; expects the same of each and returns it.
Decoded decode_every_way(std::string_view bytes, std::size_t message_bytes_max = 1 << 20,
                         bool inflates = false);

}  // namespace carillon::test
