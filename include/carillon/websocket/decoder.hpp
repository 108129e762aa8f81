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

/// A complete message or control frame from a client.
struct WsEvent {
    enum class Kind : std::uint8_t { text, binary, ping, pong, close };

    Kind kind;
    std::string_view payload;      ///< Unmasked; valid UTF-8 if text. The reason, if close.
    std::uint16_t close_code = 0;  ///< If close; 0 if its body was empty.
    std::size_t deflated_bytes =
        0;  ///< Size of the payload before it was inflated; 0 if it was not.
};

/// The server side of the WebSocket protocol: bytes of a client in, events out. Does no I/O. One
/// thread.
///
/// Between messages it owns no heap memory. An incomplete frame or message is kept on the heap:
/// about 100 bytes, plus at most twice the payload that has arrived, whatever length its header
/// announces. An unfragmented message whose payload is in `input` as a whole is not copied. A
/// compressed one is inflated, up to the limit, and kept until the next call. Source: RFC 6455, 5
/// and 7.4; wire.md 1.8.
class WsDecoder {
public:
    enum class Progress : std::uint8_t { event, need_more, failed };

    /// `inflates`: permessage-deflate was negotiated, without context take-over.
    explicit WsDecoder(bool inflates = false);
    ~WsDecoder();

    /// Consumes bytes from the front of `input`, overwriting them, up to the end of the next event.
    /// To be called until it no longer returns `event`; at `need_more` it has consumed all of
    /// `input`. The views in `event` may point into `input` and are valid until the next call.
    /// `message_bytes_max`: maximum payload of a message, the sum of its fragments, both compressed
    /// and inflated. After a close event or a failure it consumes nothing and returns `need_more`
    /// or `failed`.
    [[nodiscard]] Progress next(std::span<char>& input, std::size_t message_bytes_max,
                                WsEvent& event);

    /// Why `next` returned `failed`; only valid then:
    /// - websocket_too_big: found in the header, before the payload is read, or while inflating
    /// - websocket_bad_utf8: at the first invalid byte of a text, or in a close reason
    /// - websocket_protocol: any other violation of the RFC
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
