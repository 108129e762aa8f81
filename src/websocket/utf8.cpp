#include "carillon/websocket/utf8.hpp"

#include <cstring>

namespace carillon {
namespace {

const char* skip_ascii(const char* at, const char* end) noexcept {
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    while (end - at >= 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        if ((word & high_bits) != 0) break;
        at += sizeof word;
    }
    while (at != end && static_cast<std::uint8_t>(*at) < 0x80) ++at;
    return at;
}

}  // namespace

bool Utf8Checker::feed(std::string_view bytes) noexcept {
    Utf8Checker now = *this;  // A local: the compiler cannot tell members from the bytes it reads.
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    bool valid = now.low_ <= now.high_;
    while (valid) {
        if (now.missing_ == 0) at = skip_ascii(at, end);
        if (at == end) break;
        const auto byte = static_cast<std::uint8_t>(*at++);
        if (now.missing_ == 0) {
            valid = now.begin_character(byte);
        } else {
            valid = byte >= now.low_ && byte <= now.high_;
            --now.missing_;
            now.low_ = 0x80;
            now.high_ = 0xBF;
        }
    }
    if (!valid) {
        now.missing_ = 1;
        now.low_ = 0xFF;  // Above every `high_`.
    }
    *this = now;
    return valid;
}

bool Utf8Checker::begin_character(std::uint8_t lead) noexcept {
    if (lead < 0xC2 || lead > 0xF4) return false;
    missing_ = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if (lead == 0xE0) low_ = 0xA0;   // Lower would be overlong.
    if (lead == 0xED) high_ = 0x9F;  // Higher would be a surrogate.
    if (lead == 0xF0) low_ = 0x90;   // Lower would be overlong.
    if (lead == 0xF4) high_ = 0x8F;  // Higher would be above U+10FFFF.
    return true;
}

bool is_utf8(std::string_view text) noexcept {
    Utf8Checker checker;
    return checker.feed(text) && checker.complete();
}

}  // namespace carillon
