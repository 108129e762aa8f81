#include "carillon/base/percent.hpp"

#include <charconv>

namespace carillon {

std::string percent_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && text.size() - i > 2) {
            unsigned char byte = 0;
            const char* const end = text.data() + i + 3;
            if (std::from_chars(end - 2, end, byte, 16).ptr == end) {
                out += static_cast<char>(byte);
                i += 2;
                continue;
            }
        }
        out += text[i];
    }
    return out;
}

}  // namespace carillon
