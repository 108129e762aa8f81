#pragma once

#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "carillon/protocol/json_text.hpp"

namespace carillon {

/// `text` with every surrogate escape that lacks its other half replaced: nlohmann refuses those,
/// we do not. Knows nothing of strings, since a backslash outside one is an error anyway.
inline std::string without_lone_surrogates(std::string_view text) {
    const auto unit_at = [text](std::size_t at) -> long {
        const std::string_view digits = text.substr(std::min(at, text.size()), 6);
        if (digits.size() < 6 || !digits.starts_with("\\u")) return -1;
        if (digits.substr(2).find_first_not_of("0123456789abcdefABCDEF") != digits.npos) return -1;
        return std::stol(std::string{digits.substr(2)}, nullptr, 16);
    };
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] != '\\') {
            out += text[i++];
            continue;
        }
        const long unit = unit_at(i);
        const bool high = unit >= 0xD800 && unit < 0xDC00;
        const bool low = unit >= 0xDC00 && unit < 0xE000;
        const long next = high ? unit_at(i + 6) : -1;
        const bool pair = next >= 0xDC00 && next < 0xE000;
        const std::size_t size = pair ? 12 : unit >= 0 ? 6 : 2;
        out += (high && !pair) || low ? "\\ufffd" : text.substr(i, size);
        i += size;
    }
    return out;
}

/// What nlohmann makes of a text, without building a value.
struct Opinion : nlohmann::json_sax<nlohmann::json> {
    std::size_t depth = 0, depth_max = 0;
    bool number_overflow = false;

    bool enter() {
        depth_max = std::max(depth_max, ++depth);
        return true;
    }
    bool leave() { return depth-- > 0; }
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return enter(); }
    bool key(string_t&) override { return true; }
    bool end_object() override { return leave(); }
    bool start_array(std::size_t) override { return enter(); }
    bool end_array() override { return leave(); }
    bool parse_error(std::size_t, const std::string&,
                     const nlohmann::detail::exception& error) override {
        number_overflow = error.id == 406;
        return false;
    }
};

/// Whether `scan_whole_json` says of `text` what nlohmann says. Theirs differs knowingly: a NUL
/// ends the text, a byte order mark is skipped, huge numbers are refused, nesting has no bound.
inline bool agrees_with_nlohmann(std::string_view text) {
    if (!simdjson::validate_utf8(text.data(), text.size())) return true;  // Not ours to judge.
    const bool ours = scan_whole_json(text).has_value();
    if (text.find('\0') != text.npos || text.starts_with("\xEF\xBB\xBF")) return !ours;
    Opinion opinion;
    const bool theirs = nlohmann::json::sax_parse(without_lone_surrogates(text), &opinion);
    if (opinion.number_overflow) return true;
    if (opinion.depth_max > json_depth_max) return !ours;
    return ours == theirs;
}

}  // namespace carillon
