#include "json_scanner.hpp"

#include <bit>
#include <bitset>
#include <cstdint>
#include <cstring>

namespace carillon {
namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool is_clean(char c) noexcept {
    return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

constexpr std::uint64_t repeat(unsigned char byte) noexcept {
    return 0x0101010101010101U * byte;
}

/// Sets the top bit of each of eight bytes that has to be escaped. Only the lowest of them is
/// reliable: the subtraction borrows from the bytes above it.
std::uint64_t mark_unclean(std::uint64_t bytes) noexcept {
    const auto zeros = [](std::uint64_t x) { return (x - repeat(0x01)) & ~x; };
    const std::uint64_t below_space = (bytes - repeat(0x20)) & ~bytes;
    return (zeros(bytes ^ repeat('"')) | zeros(bytes ^ repeat('\\')) | below_space) & repeat(0x80);
}

/// The four hexadecimal digits of `\uXXXX`, or -1.
std::int32_t read_code_unit(std::string_view text) noexcept {
    if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return -1;
    std::int32_t unit = 0;
    for (const char c : text.substr(2, 4)) {
        const char lower = static_cast<char>(c | 0x20);
        if (is_digit(c)) {
            unit = unit * 16 + (c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            unit = unit * 16 + (lower - 'a' + 10);
        } else {
            return -1;
        }
    }
    return unit;
}

JsonEscape read_unicode_escape(std::string_view text) noexcept {
    const std::int32_t unit = read_code_unit(text);
    if (unit < 0) return {};
    if (unit >= 0xD800 && unit <= 0xDBFF) {
        const std::int32_t low = read_code_unit(text.substr(6));
        if (low >= 0xDC00 && low <= 0xDFFF) {
            return {12, static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))};
        }
    }
    return {6, static_cast<char32_t>(unit)};
}

}  // namespace

std::size_t clean_prefix(std::string_view text) noexcept {
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + i, 8);
        const std::uint64_t unclean = mark_unclean(bytes);
        if (unclean == 0) continue;
        if constexpr (std::endian::native != std::endian::little) break;
        return i + static_cast<std::size_t>(std::countr_zero(unclean)) / 8;
    }
    while (i < text.size() && is_clean(text[i])) ++i;
    return i;
}

std::size_t JsonEscape::utf8_bytes() const noexcept {
    if (code_point < 0x80) return 1;
    if (code_point < 0x800) return 2;
    return code_point < 0x10000 ? 3 : 4;
}

JsonEscape read_json_escape(std::string_view text) noexcept {
    if (text.size() < 2) return {};
    switch (text[1]) {
        case '"':
        case '\\':
        case '/':
            return {2, static_cast<char32_t>(text[1])};
        case 'b':
            return {2, U'\b'};
        case 'f':
            return {2, U'\f'};
        case 'n':
            return {2, U'\n'};
        case 'r':
            return {2, U'\r'};
        case 't':
            return {2, U'\t'};
        case 'u':
            return read_unicode_escape(text);
        default:
            return {};
    }
}

/// The open containers: one bit each, set for objects.
class JsonScanner::Nesting {
public:
    [[nodiscard]] bool push(bool object) noexcept {
        if (depth_ == json_depth_max) return false;
        objects_[depth_++] = object;
        return true;
    }
    void pop() noexcept { --depth_; }
    [[nodiscard]] bool empty() const noexcept { return depth_ == 0; }
    [[nodiscard]] bool in_object() const noexcept { return objects_[depth_ - 1]; }

private:
    std::bitset<json_depth_max> objects_;
    std::size_t depth_ = 0;
};

bool JsonScanner::read_value(JsonText& out) noexcept {
    skip_space();
    if (at_ == end_) return false;
    if (*at_ != '{' && *at_ != '[') return read_scalar(out);

    const char* const start = at_;
    out = {};
    out.type = *at_ == '{' ? JsonText::Type::object : JsonText::Type::array;
    Nesting nesting;
    do {  // One value per round, then the brackets after it.
        skip_space();
        if (at_ == end_) return false;
        bool opened = false;
        if (*at_ == '{' || *at_ == '[') {
            bool empty = false;
            if (!open(nesting, *at_ == '{', empty)) return false;
            opened = !empty;
        } else {
            JsonText inner;
            if (!read_scalar(inner)) return false;
        }
        while (!opened && !nesting.empty()) {
            if (take(',')) {
                if (nesting.in_object() && !read_member_name()) return false;
                break;
            }
            if (!take(nesting.in_object() ? '}' : ']')) return false;
            nesting.pop();
        }
    } while (!nesting.empty());
    out.text = {start, static_cast<std::size_t>(at_ - start)};
    out.decoded_bytes = out.text.size();
    return true;
}

/// Enters a container, up to its first value; skips it if it is empty.
bool JsonScanner::open(Nesting& nesting, bool object, bool& empty) noexcept {
    ++at_;
    if (!nesting.push(object)) return false;
    empty = take(object ? '}' : ']');
    if (empty) nesting.pop();
    return empty || !object || read_member_name();
}

bool JsonScanner::read_member_name() noexcept {
    JsonText name;
    return read_string(name) && take(':');
}

bool JsonScanner::read_scalar(JsonText& out) noexcept {
    if (*at_ == '"') return read_string(out);
    const char* const start = at_;
    out = {};
    if (*at_ == 't' || *at_ == 'f') {
        out.type = JsonText::Type::boolean;
        if (!read_word(*at_ == 't' ? "true" : "false")) return false;
    } else if (*at_ == 'n') {
        out.type = JsonText::Type::null;
        if (!read_word("null")) return false;
    } else {
        out.type = JsonText::Type::number;
        if (!read_number()) return false;
    }
    out.text = {start, static_cast<std::size_t>(at_ - start)};
    out.decoded_bytes = out.text.size();
    return true;
}

bool JsonScanner::read_string(JsonText& out) noexcept {
    skip_space();
    if (at_ == end_ || *at_ != '"') return false;
    const char* const start = at_++;
    out = {};
    out.type = JsonText::Type::string;
    for (;;) {
        const std::string_view rest{at_, static_cast<std::size_t>(end_ - at_)};
        const std::size_t clean = clean_prefix(rest);
        out.decoded_bytes += clean;
        at_ += clean;
        if (at_ == end_) return false;
        if (*at_ == '"') break;
        if (*at_ != '\\') return false;
        const JsonEscape escape = read_json_escape(rest.substr(clean));
        if (escape.size == 0) return false;
        out.decoded_bytes += escape.utf8_bytes();
        out.lone_surrogate |= escape.is_lone_surrogate();
        at_ += escape.size;
    }
    ++at_;
    out.text = {start, static_cast<std::size_t>(at_ - start)};
    return true;
}

bool JsonScanner::read_word(std::string_view word) noexcept {
    const std::string_view rest{at_, static_cast<std::size_t>(end_ - at_)};
    if (!rest.starts_with(word)) return false;
    at_ += word.size();
    return true;
}

bool JsonScanner::read_number() noexcept {
    if (*at_ == '-') ++at_;
    if (at_ != end_ && *at_ == '0') {
        ++at_;
    } else if (!read_digits()) {
        return false;
    }
    if (at_ != end_ && *at_ == '.') {
        ++at_;
        if (!read_digits()) return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
        ++at_;
        if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
        if (!read_digits()) return false;
    }
    return true;
}

/// At least one.
bool JsonScanner::read_digits() noexcept {
    const char* const start = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != start;
}

void JsonScanner::skip_space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool JsonScanner::take(char c) noexcept {
    skip_space();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
}

bool JsonScanner::at_end() noexcept {
    skip_space();
    return at_ == end_;
}

}  // namespace carillon
