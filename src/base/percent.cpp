#include "carillon/base/percent.hpp"

#include "carillon/base/parse_integer.hpp"

namespace carillon {

std::string percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && text.size() - i > 2) {
            if (const auto byte = parse_integer<unsigned char>(text.substr(i + 1, 2), 16)) {
                out += static_cast<char>(*byte);
                i += 2;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || std::string_view{"-_.~"}.find(c) != text.npos;
        const auto byte = static_cast<unsigned char>(c);
        if (plain) {
            encoded += c;
        } else {
            encoded += {'%', hex[byte / 16], hex[byte % 16]};
        }
    }
    return encoded;
}

}  // namespace carillon
