#include "carillon/protocol/json_text.hpp"

#include "json_scanner.hpp"
#include "utf8.hpp"

namespace carillon {
namespace {

constexpr Error not_json{Errc::bad_json, "not well-formed JSON"};

std::string_view without_quotes(const JsonText& string) noexcept {
    return string.text.substr(1, string.text.size() - 2);
}

/// Visits the content of a string: `on_clean` for each run of bytes without escapes,
/// `on_escape(source, escape)` for each escape.
template <class OnClean, class OnEscape>
void walk_string(const JsonText& string, OnClean&& on_clean, OnEscape&& on_escape) {
    std::string_view rest = without_quotes(string);
    while (!rest.empty()) {
        const std::size_t clean = clean_prefix(rest);
        on_clean(rest.substr(0, clean));
        rest.remove_prefix(clean);
        if (rest.empty()) return;
        const JsonEscape escape = read_json_escape(rest);
        on_escape(rest.substr(0, escape.size), escape);
        rest.remove_prefix(escape.size);
    }
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        default:
            constexpr std::string_view digits = "0123456789abcdef";
            out += "\\u00";
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[static_cast<unsigned char>(c) & 0x0F];
    }
}

}  // namespace

Result<JsonText> scan_json(std::string_view text) {
    JsonText value;
    if (!JsonScanner{text}.read_value(value)) return not_json;
    return value;
}

Result<JsonText> scan_whole_json(std::string_view text) {
    JsonScanner scanner{text};
    JsonText value;
    if (!scanner.read_value(value) || !scanner.at_end()) return not_json;
    return value;
}

std::string decode_json_string(const JsonText& string) {
    std::string out;
    out.reserve(string.decoded_bytes);
    walk_string(
        string, [&out](std::string_view run) { out += run; },
        [&out](std::string_view, const JsonEscape& escape) {
            append_utf8(out, escape.is_lone_surrogate() ? U'\uFFFD' : escape.code_point);
        });
    return out;
}

std::string_view json_string_content(const JsonText& string, std::string& buffer) {
    const std::string_view source = without_quotes(string);
    if (source.size() == string.decoded_bytes)
        return source;  // An escape is longer than what it stands for.
    buffer = decode_json_string(string);
    return buffer;
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    append_json_escaped(out, text);
    out += '"';
}

void append_json_escaped(std::string& out, std::string_view text) {
    while (!text.empty()) {
        const std::size_t clean = clean_prefix(text);
        out += text.substr(0, clean);
        text.remove_prefix(clean);
        if (text.empty()) break;
        append_escaped(out, text.front());
        text.remove_prefix(1);
    }
}

void append_event_data(std::string& out, const JsonText& data) {
    if (data.type != JsonText::Type::string) return append_json_string(out, data.text);
    if (!data.lone_surrogate) {
        out += data.text;
        return;
    }
    out += '"';
    walk_string(
        data, [&out](std::string_view run) { out += run; },
        [&out](std::string_view source, const JsonEscape& escape) {
            out += escape.is_lone_surrogate() ? "\\ufffd" : source;
        });
    out += '"';
}

}  // namespace carillon
