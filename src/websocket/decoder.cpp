#include "carillon/websocket/decoder.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <string>

#include "carillon/websocket/deflate.hpp"
#include "carillon/websocket/mask.hpp"

namespace carillon {
namespace {

constexpr std::uint8_t fin_bit = 0x80;
constexpr std::uint8_t rsv_bits = 0x70;
constexpr std::uint8_t compressed_bit = 0x40;  // RSV1, of a message's first frame.
constexpr std::uint8_t opcode_bits = 0x0F;
constexpr std::uint8_t masked_bit = 0x80;
constexpr std::uint8_t length_bits = 0x7F;
constexpr std::uint8_t length_in_2 = 126;
constexpr std::uint8_t length_in_8 = 127;

bool is_control(WsOpcode opcode) noexcept {
    return opcode >= WsOpcode::close;
}

std::uint64_t big_endian(std::span<const char> bytes) noexcept {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
}

/// Codes that a close frame may have. Source: RFC 6455, 7.4, and IANA's registry, which has since
/// added 1012 to 1014.
bool is_close_code(std::uint16_t code) noexcept {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
           (code >= 3000 && code <= 4999);
}

Result<WsEvent> close_event(std::string_view body) {
    if (body.empty()) return WsEvent{WsEvent::Kind::close, {}};
    if (body.size() < 2) return Error{Errc::websocket_protocol, "close body of one byte"};
    const auto code = static_cast<std::uint16_t>(big_endian(std::span{body}.first(2)));
    if (!is_close_code(code)) return Error{Errc::websocket_protocol, "not a close code"};
    const auto reason = body.substr(2);
    if (!is_utf8(reason)) return Error{Errc::websocket_bad_utf8, "close reason is not UTF-8"};
    return WsEvent{WsEvent::Kind::close, reason, code};
}

}  // namespace

/// A frame's header as it arrives.
struct WsDecoder::HeadBytes {
    std::array<char, 14> bytes;
    std::uint8_t size = 0;

    /// Moves bytes over from `input` until there are `wanted`; false if it runs out.
    bool fill(std::span<char>& input, std::size_t wanted) noexcept {
        if (size < wanted) {
            const auto count = std::min(wanted - size, input.size());
            std::memcpy(bytes.data() + size, input.data(), count);
            input = input.subspan(count);
            size = static_cast<std::uint8_t>(size + count);
        }
        return size >= wanted;
    }

    [[nodiscard]] std::uint8_t first() const noexcept {
        return static_cast<std::uint8_t>(bytes[0]);
    }
    [[nodiscard]] std::uint8_t second() const noexcept {
        return static_cast<std::uint8_t>(bytes[1]);
    }
    [[nodiscard]] WsOpcode opcode() const noexcept {
        return static_cast<WsOpcode>(first() & opcode_bits);
    }
    [[nodiscard]] bool fin() const noexcept { return (first() & fin_bit) != 0; }
    [[nodiscard]] std::uint8_t reserved() const noexcept { return first() & rsv_bits; }
    [[nodiscard]] std::uint8_t short_length() const noexcept { return second() & length_bits; }

    /// Bytes of the extended length.
    [[nodiscard]] std::size_t length_size() const noexcept {
        return short_length() == length_in_8 ? 8 : short_length() == length_in_2 ? 2 : 0;
    }
    [[nodiscard]] std::size_t full_size() const noexcept {
        return 2 + length_size() + sizeof(WsMask);
    }
};

/// A frame whose header is known.
struct WsDecoder::Head {
    std::uint64_t length;
    std::uint64_t arrived;  // Of `length`.
    WsMask mask;
    WsOpcode opcode;
    bool fin;
    bool compressed;

    static Result<Head> parse(const HeadBytes& from) {
        Head head{from.short_length(), 0,          {},
                  from.opcode(),       from.fin(), from.reserved() == compressed_bit};
        const auto extended = std::span{from.bytes}.subspan(2, from.length_size());
        if (!extended.empty()) {
            head.length = big_endian(extended);
            const std::uint64_t shortest = extended.size() == 2 ? length_in_2 : 0x10000;
            if (head.length < shortest || head.length >> 63 != 0) {
                return Error{Errc::websocket_protocol, "length not minimal, or its top bit set"};
            }
        }
        std::memcpy(head.mask.data(), from.bytes.data() + 2 + extended.size(), sizeof(WsMask));
        return head;
    }
};

/// Exists only while a frame or a fragmented message is incomplete, and while the last event may
/// have views into it.
struct WsDecoder::Partial {
    std::string message;
    std::string
        control;  // Separate, since control frames may come between the fragments of a message.
    Head frame;   // Its payload is incomplete, if `in_frame`.
    bool in_frame = false;
    HeadBytes head_bytes;  // Of a header that is incomplete.
};

WsDecoder::WsDecoder(bool inflates) : inflates_(inflates) {}
WsDecoder::~WsDecoder() = default;

Errc WsDecoder::failure() const noexcept {
    assert(stage_ == Stage::failed);
    return failure_;
}

WsDecoder::Progress WsDecoder::next(std::span<char>& input, std::size_t message_bytes_max,
                                    WsEvent& event) {
    if (stage_ == Stage::failed) return Progress::failed;
    if (idle()) partial_.reset();
    if (stage_ == Stage::closed) return Progress::need_more;
    for (;;) {
        Head head;
        if (partial_ && partial_->in_frame) {
            head = partial_->frame;
            partial_->in_frame = false;
        } else {
            const auto known = take_head(input, message_bytes_max, head);
            if (!known) return fail(known.error().code);
            if (!*known) return Progress::need_more;
        }
        std::string_view payload;
        const auto complete = take_payload(input, head, payload);
        if (!complete) return fail(complete.error().code);
        if (!*complete) return Progress::need_more;
        if (!head.fin) continue;

        const auto finished = finish(head, payload, message_bytes_max);
        if (!finished) return fail(finished.error().code);
        event = *finished;
        return Progress::event;
    }
}

/// Between messages: `partial_` has at most the payload of the last event.
bool WsDecoder::idle() const noexcept {
    if (stage_ == Stage::closed) return true;
    return message_ == WsOpcode::continuation &&
           (!partial_ || (!partial_->in_frame && partial_->head_bytes.size == 0));
}

WsDecoder::Partial& WsDecoder::partial() {
    if (!partial_) partial_ = std::make_unique<Partial>();
    return *partial_;
}

/// Checks the first two bytes of a frame against the message that it would belong to.
bool WsDecoder::may_begin(const HeadBytes& bytes) const noexcept {
    if ((bytes.second() & masked_bit) == 0) return false;
    const bool in_message = message_ != WsOpcode::continuation;
    const bool begins = bytes.opcode() == WsOpcode::text || bytes.opcode() == WsOpcode::binary;
    if (bytes.reserved() != 0 && !(inflates_ && begins && bytes.reserved() == compressed_bit)) {
        return false;
    }
    switch (bytes.opcode()) {
        case WsOpcode::continuation:
            return in_message;
        case WsOpcode::text:
        case WsOpcode::binary:
            return !in_message;
        case WsOpcode::close:
        case WsOpcode::ping:
        case WsOpcode::pong:
            return bytes.fin() && bytes.short_length() <= ws_control_bytes_max;
    }
    return false;  // An opcode that the RFC reserves.
}

/// True: `head` is complete and valid. False: `input` ended before.
Result<bool> WsDecoder::take_head(std::span<char>& input, std::size_t message_bytes_max,
                                  Head& head) {
    if (input.empty()) return false;
    HeadBytes bytes;
    if (partial_) bytes = partial_->head_bytes;
    const bool begun = bytes.fill(input, 2);
    if (begun && !may_begin(bytes)) {
        return Error{Errc::websocket_protocol, "frame is malformed or out of place"};
    }
    if (!begun || !bytes.fill(input, bytes.full_size())) {
        partial().head_bytes = bytes;
        return false;
    }
    const auto parsed = Head::parse(bytes);
    if (!parsed) return parsed.error();
    head = *parsed;
    if (partial_) partial_->head_bytes.size = 0;
    if (is_control(head.opcode)) {
        if (partial_) partial_->control.clear();
        return true;
    }
    const std::size_t before = partial_ ? partial_->message.size() : 0;
    if (head.length > message_bytes_max || before > message_bytes_max - head.length) {
        return Error{Errc::websocket_too_big, "message is too big"};
    }
    if (head.opcode != WsOpcode::continuation) {
        message_ = head.opcode;
        compressed_ = head.compressed;
    }
    return true;
}

/// True: the frame is complete, and `payload` is its payload or, of the last fragment, that of the
/// whole message.
Result<bool> WsDecoder::take_payload(std::span<char>& input, Head& head,
                                     std::string_view& payload) {
    const auto size = std::min<std::uint64_t>(input.size(), head.length - head.arrived);
    const auto piece = input.first(size);
    input = input.subspan(size);
    ws_unmask(piece, head.mask, head.arrived);
    head.arrived += size;
    payload = {piece.data(), piece.size()};

    const bool control = is_control(head.opcode);
    if (!control && !compressed_ && message_ == WsOpcode::text && !utf8_.feed(payload)) {
        return Error{Errc::websocket_bad_utf8, "text is not UTF-8"};
    }
    const bool whole = size == head.length;
    const bool unfragmented = head.fin && head.opcode != WsOpcode::continuation;
    if (whole && unfragmented) return true;

    auto& bytes = control ? partial().control : partial().message;
    bytes.append(payload);
    payload = bytes;
    if (head.arrived == head.length) return true;
    partial_->frame = head;
    partial_->in_frame = true;
    return false;
}

/// The event that a final frame completes.
Result<WsEvent> WsDecoder::finish(const Head& head, std::string_view payload,
                                  std::size_t message_bytes_max) {
    switch (head.opcode) {
        case WsOpcode::ping:
            return WsEvent{WsEvent::Kind::ping, payload};
        case WsOpcode::pong:
            return WsEvent{WsEvent::Kind::pong, payload};
        case WsOpcode::close:
            stage_ = Stage::closed;
            return close_event(payload);
        default:
            break;
    }
    const std::size_t deflated_bytes = compressed_ ? payload.size() : 0;
    if (compressed_) {
        const auto inflated = inflate(payload, message_bytes_max);
        if (!inflated) return inflated.error();
        payload = *inflated;
    }
    if (!utf8_.complete()) return Error{Errc::websocket_bad_utf8, "text ends inside a character"};
    const bool text = message_ == WsOpcode::text;
    message_ = WsOpcode::continuation;
    compressed_ = false;
    return WsEvent{text ? WsEvent::Kind::text : WsEvent::Kind::binary, payload, 0, deflated_bytes};
}

Result<std::string_view> WsDecoder::inflate(std::string_view payload,
                                            std::size_t message_bytes_max) {
    auto inflated = ws_inflate(payload, message_bytes_max);
    if (!inflated) return inflated.error();
    if (message_ == WsOpcode::text && !is_utf8(*inflated)) {
        return Error{Errc::websocket_bad_utf8, "text is not UTF-8"};
    }
    partial().message = std::move(*inflated);
    return std::string_view{partial().message};
}

WsDecoder::Progress WsDecoder::fail(Errc why) noexcept {
    partial_.reset();
    stage_ = Stage::failed;
    failure_ = why;
    return Progress::failed;
}

}  // namespace carillon
