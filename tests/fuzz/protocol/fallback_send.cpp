// Whatever a fallback client posts is refused, or messages that come out again as they went in.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "carillon/protocol/fallback_frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carillon;
    const auto messages = parse_fallback_send({reinterpret_cast<const char*>(data), size});
    if (!messages) return 0;
    for (const std::string& message : *messages) {
        const std::string line = fallback_message(message);
        if (line.find('\n') != line.size() - 1) std::abort();
        for (const char c : line) {
            if (static_cast<unsigned char>(c) >= 0x80) std::abort();
        }
        const auto json = nlohmann::json::parse(line.substr(1), nullptr, false);
        if (json != nlohmann::json::array({message})) std::abort();
    }
    return 0;
}
