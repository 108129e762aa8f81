// Whatever is published on the bus is rejected, or can be sent to clients of either transport.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "bus_message.hpp"
#include "carillon/protocol/fallback_frames.hpp"
#include "carillon/protocol/server_messages.hpp"

namespace {

void require_json(const std::string& frame) {
    if (!nlohmann::json::parse(frame, nullptr, false).is_object()) std::abort();
    const std::string line = carillon::fallback_message(frame);
    if (!nlohmann::json::parse(line.substr(1), nullptr, false).is_array()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carillon;
    using Kind = BusMessage::Kind;
    const auto message = BusMessage::parse({reinterpret_cast<const char*>(data), size});
    if (!message || !message->is_sound()) return 0;
    if (message->kind == Kind::event || message->kind == Kind::client_event) {
        require_json(std::string(message->body));
    }
    if (message->kind == Kind::member_added || message->kind == Kind::member_removed) {
        const auto change = MemberChange::parse(message->body);
        if (!change) std::abort();
        std::optional<std::string> info;
        if (!change->info.empty()) info = change->info;
        require_json(member_added("presence-c", change->user_id, info));
        require_json(member_removed("presence-c", change->user_id));
    }
    return 0;
}
