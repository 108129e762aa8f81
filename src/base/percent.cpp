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

}  // namespace carillon
