// Whatever a backend sends, what we make of it is refused or a frame that clients can read.
#include <cstdint>

#include "carillon/protocol/server_messages.hpp"
#include "carillon/protocol/trigger.hpp"
#include "require_frame.hpp"

namespace {

void require_trigger(const carillon::Trigger& trigger) {
    if (trigger.channels.empty()) std::abort();
    const std::string frame =
        channel_event(trigger.channels.front().text(), trigger.name, trigger.data);
    require_frame(frame, trigger.name, trigger.data);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carillon;
    const std::string_view body{reinterpret_cast<const char*>(data), size};
    const Limits limits;
    TriggerParser parser;
    const TriggerParser::QueryFallback query{body, body, body, std::nullopt, "", {body}};
    if (const auto trigger = parser.parse_event(body, limits)) require_trigger(*trigger);
    if (const auto trigger = parser.parse_event("{\"channel\":\"c\"}", limits, query)) {
        require_trigger(*trigger);
    }
    if (const auto triggers = parser.parse_batch(body, limits)) {
        for (const Trigger& trigger : *triggers) require_trigger(trigger);
    }
    return 0;
}
