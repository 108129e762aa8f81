#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "carillon/protocol/json_text.hpp"

namespace carillon {

/// The number of bytes at the start of `text` that a JSON string contains unescaped: up to the
/// first quote, backslash or control character.
[[nodiscard]] std::size_t clean_prefix(std::string_view text) noexcept;

/// One escape of a JSON string.
struct JsonEscape {
    std::size_t size = 0;     ///< bytes in the source, both halves of a pair included; 0: invalid
    char32_t code_point = 0;  ///< a surrogate if its other half is missing

    [[nodiscard]] bool is_lone_surrogate() const noexcept {
        return code_point >= 0xD800 && code_point <= 0xDFFF;
    }
    [[nodiscard]] std::size_t utf8_bytes() const noexcept;
};

/// `text` starts with a backslash.
[[nodiscard]] JsonEscape read_json_escape(std::string_view text) noexcept;

/// Reads JSON from left to right. Each step returns false if the text does not match; the position
/// is undefined after that.
class JsonScanner {
public:
    explicit JsonScanner(std::string_view text) noexcept
        : at_(text.data()), end_(text.data() + text.size()) {}

    [[nodiscard]] bool read_value(JsonText& out) noexcept;
    [[nodiscard]] bool read_string(JsonText& out) noexcept;
    /// Skips white space, then `c` if it is next.
    [[nodiscard]] bool take(char c) noexcept;
    /// Only white space is left.
    [[nodiscard]] bool at_end() noexcept;

private:
    class Nesting;

    void skip_space() noexcept;
    [[nodiscard]] bool open(Nesting& nesting, bool object, bool& empty) noexcept;
    [[nodiscard]] bool read_member_name() noexcept;
    [[nodiscard]] bool read_scalar(JsonText& out) noexcept;
    [[nodiscard]] bool read_word(std::string_view word) noexcept;
    [[nodiscard]] bool read_number() noexcept;
    [[nodiscard]] bool read_digits() noexcept;

    const char* at_;
    const char* end_;
};

/// Calls `visit(name, value)` for each member of the object `text`, in order. False if `text` is
/// not a well-formed object, perhaps after some calls.
template <class Visit>
[[nodiscard]] bool for_each_member(std::string_view text, Visit&& visit) {
    JsonScanner scanner{text};
    if (!scanner.take('{')) return false;
    if (!scanner.take('}')) {
        do {
            JsonText name, value;
            if (!scanner.read_string(name) || !scanner.take(':')) return false;
            if (!scanner.read_value(value)) return false;
            visit(name, value);
        } while (scanner.take(','));
        if (!scanner.take('}')) return false;
    }
    return scanner.at_end();
}

/// The same for the elements of an array: `visit(element)`.
template <class Visit>
[[nodiscard]] bool for_each_element(std::string_view text, Visit&& visit) {
    JsonScanner scanner{text};
    if (!scanner.take('[')) return false;
    if (!scanner.take(']')) {
        do {
            JsonText element;
            if (!scanner.read_value(element)) return false;
            visit(element);
        } while (scanner.take(','));
        if (!scanner.take(']')) return false;
    }
    return scanner.at_end();
}

/// What is between the quotes of a JSON string: `buffer` holds it if something had to be decoded.
[[nodiscard]] std::string_view json_string_content(const JsonText& string, std::string& buffer);

}  // namespace carillon
