// A name that is accepted needs no escaping anywhere, and keeps its kind.
#include "carillon/protocol/channel_name.hpp"

#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carillon;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const Limits limits;
    const auto name = ChannelName::parse(text, limits);
    if (!name) return 0;
    if (name->text() != text || text.empty() || text.size() > limits.max_channel_name_length) {
        std::abort();
    }
    const auto json = nlohmann::json::parse('"' + name->text() + '"', nullptr, false);
    if (json != name->text()) std::abort();
    const ChannelKind kind = name->kind();
    if (kind.is_presence() != text.starts_with("presence-")) std::abort();
    if (kind.needs_token() && !text.starts_with("pr")) std::abort();
    if (text.starts_with('#') != (kind.access == ChannelKind::Access::user)) std::abort();
    return 0;
}
