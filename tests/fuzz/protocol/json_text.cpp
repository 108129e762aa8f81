// Our checker says of every text what another JSON parser says, and decodes what it decodes.
#include "carillon/protocol/json_text.hpp"

#include <cstdint>
#include <cstdlib>

#include "json_agreement.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carillon;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (!agrees_with_nlohmann(text)) std::abort();
    if (!simdjson::validate_utf8(text.data(), text.size())) return 0;
    const auto value = scan_whole_json(text);
    if (!value || value->type != JsonText::Type::string) return 0;
    const std::string content = decode_json_string(*value);
    if (content.size() != value->decoded_bytes) std::abort();
    if (nlohmann::json::parse(without_lone_surrogates(text)) != content) std::abort();
    std::string again;
    append_json_string(again, content);
    if (decode_json_string(*scan_whole_json(again)) != content) std::abort();
    return 0;
}
