#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "carillon/base/result.hpp"
#include "carillon/websocket/opcode.hpp"
#include "carillon/websocket/utf8.hpp"

namespace carillon {

/// A whole message or control frame from a client.
struct WsEvent {
    enum class Kind : std::uint8_t { text, binary, ping, pong, close };

    Kind kind;
    std::string_view payload;      ///< Unmasked; valid UTF-8 if text. Of a close: the reason.
    std::uint16_t close_code = 0;  ///< Of a close; 0 when its body was empty.
};

/// Server side of the WebSocket wire: bytes of a client in, events out. Does no I/O.
///
/// Between messages it owns no heap. What is incomplete is kept on the heap: about 100 bytes, and
/// at most twice the payload that has arrived, whatever a header promises. It is freed once
/// complete. An unfragmented message whose payload is all in `input` is not copied, unless it was
/// compressed: that is inflated, up to the limit, and kept until the next call. Source: RFC
/// 6455, 5 and 7.4; wire.md 1.8.
class WsDecoder {
public:
    enum class Progress : std::uint8_t { event, need_more, failed };

    /// `inflates`: permessage-deflate was agreed on, without context take-over.
    explicit WsDecoder(bool inflates = false);
    ~WsDecoder();

    /// Takes bytes off the front of `input`, overwriting them, up to the end of the next event.
    /// Call it until it no longer returns `event`; at `need_more` all of `input` has been taken.
    /// What `event` views may lie in `input` and holds until the next call. `message_bytes_max`
    /// bounds a message's payload, all fragments added up, inclusive; compressed and inflated.
    /// After a close event or a failure nothing is taken any more: `need_more`, or `failed` again.
    [[nodiscard]] Progress next(std::span<char>& input, std::size_t message_bytes_max,
                                WsEvent& event);

    /// Few bytes may become a long message.
    [[nodiscard]] bool inflates() const noexcept { return inflates_; }

    /// Why the stream `failed`; only then may it be asked:
    /// - websocket_too_big: known from the header, before the payload is read, or while inflating
    /// - websocket_bad_utf8: at the first wrong byte of a text, or in a close reason
    /// - websocket_protocol: any other breach of the RFC
    [[nodiscard]] Errc failure() const noexcept;

private:
    enum class Stage : std::uint8_t { open, closed, failed };
    struct HeadBytes;
    struct Head;
    struct Partial;

    [[nodiscard]] bool idle() const noexcept;
    Partial& partial();
    [[nodiscard]] bool may_begin(const HeadBytes& bytes) const noexcept;
    Result<bool> take_head(std::span<char>& input, std::size_t message_bytes_max, Head& head);
    Result<bool> take_payload(std::span<char>& input, Head& head, std::string_view& payload);
    Result<WsEvent> finish(const Head& head, std::string_view payload,
                           std::size_t message_bytes_max);
    Result<std::string_view> inflate(std::string_view payload, std::size_t message_bytes_max);
    Progress fail(Errc why) noexcept;

    std::unique_ptr<Partial> partial_;
    WsOpcode message_ =
        WsOpcode::continuation;  // Of the message being received; continuation: none.
    Utf8Checker utf8_;           // Of that message, if text.
    Stage stage_ = Stage::open;
    bool inflates_;
    bool compressed_ = false;  // That message.
    Errc failure_{};
};

static_assert(sizeof(WsDecoder) <= 16, "one per connection, mostly idle");

}  // namespace carillon
