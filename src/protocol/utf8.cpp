#include "carillon/protocol/utf8.hpp"

#include <simdjson.h>

namespace carillon {

bool is_utf8(std::string_view text) noexcept {
    return simdjson::validate_utf8(text.data(), text.size());
}

}  // namespace carillon
