#include "frame_walker.hpp"

#include <algorithm>

namespace carillon::bench {
namespace {

constexpr std::size_t too_big = 0;

std::size_t big_endian(std::string_view bytes) noexcept {
    std::size_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

std::size_t head_size(std::string_view bytes) noexcept {
    const unsigned length = static_cast<unsigned char>(bytes[1]) & 0x7FU;
    return length == 127 ? 10 : length == 126 ? 4 : 2;
}

/// How many bytes the frame has that `bytes` begins, as far as they tell.
std::size_t frame_size(std::string_view bytes) noexcept {
    if (bytes.size() < 2) return 2;
    const std::size_t head = head_size(bytes);
    if (bytes.size() < head) return head;
    const std::size_t length = head == 2 ? static_cast<unsigned char>(bytes[1]) & 0x7FU
                                         : big_endian(bytes.substr(2, head - 2));
    return length <= FrameWalker::frame_bytes_max ? head + length : too_big;
}

}  // namespace

FrameWalker::Step FrameWalker::next(std::string_view& input, ServerMessage& message) {
    for (;;) {
        std::string_view frame;
        if (const Step step = take_frame(input, frame); step != Step::message) return step;
        if (const Step step = open_frame(frame, message); step != Step::need_more) return step;
    }
}

FrameWalker::Step FrameWalker::take_frame(std::string_view& input, std::string_view& frame) {
    if (held_is_used_) {
        held_.clear();
        held_is_used_ = false;
    }
    if (held_.empty()) {
        const std::size_t size = frame_size(input);
        if (size == too_big) return Step::broken;
        if (input.size() >= size) {
            frame = input.substr(0, size);
            input.remove_prefix(size);
            return Step::message;
        }
    }
    for (;;) {
        const std::size_t size = frame_size(held_);
        if (size == too_big) return Step::broken;
        if (held_.size() == size) break;
        if (input.empty()) return Step::need_more;
        const std::size_t taken = std::min(size - held_.size(), input.size());
        held_.append(input.substr(0, taken));
        input.remove_prefix(taken);
    }
    frame = held_;
    held_is_used_ = true;
    return Step::message;
}

/// `need_more` when the frame is one fragment of more.
FrameWalker::Step FrameWalker::open_frame(std::string_view frame, ServerMessage& message) {
    const auto first = static_cast<unsigned char>(frame[0]);
    const auto opcode = static_cast<WsOpcode>(first & 0x0FU);
    const bool final = (first & 0x80U) != 0;
    const bool masked = (static_cast<unsigned char>(frame[1]) & 0x80U) != 0;
    if (masked || (first & 0x70U) != 0) return Step::broken;
    const std::string_view payload = frame.substr(head_size(frame));
    if (final && opcode != WsOpcode::continuation) {
        message = {opcode, payload};
        return Step::message;
    }
    if (opcode != WsOpcode::continuation) {
        fragmented_ = opcode;
        fragments_.clear();
    } else if (fragmented_ == WsOpcode::continuation ||
               fragments_.size() + payload.size() > frame_bytes_max) {
        return Step::broken;
    }
    fragments_.append(payload);
    if (!final) return Step::need_more;
    message = {fragmented_, fragments_};
    fragmented_ = WsOpcode::continuation;
    return Step::message;
}

void append_client_frame(std::string& out, WsOpcode opcode, std::string_view payload) {
    constexpr unsigned masked = 0x80;
    const std::size_t size = payload.size();
    out += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
    const auto put_length = [&out, size](unsigned code, int bytes) {
        out += static_cast<char>(masked | code);
        while (bytes-- > 0) out += static_cast<char>(size >> (8 * bytes) & 0xFFU);
    };
    if (size < 126) {
        put_length(static_cast<unsigned>(size), 0);
    } else if (size <= 0xFFFF) {
        put_length(126, 2);
    } else {
        put_length(127, 8);
    }
    out.append(4, '\0');
    out.append(payload);
}

}  // namespace carillon::bench
