// Whatever a client sends, what we make of it for the others is a frame that they can read.
#include "carillon/protocol/client_message.hpp"

#include <simdjson.h>

#include "carillon/protocol/server_messages.hpp"
#include "require_frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace carillon;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (!simdjson::validate_utf8(text.data(), text.size())) return 0;  // The codec has checked.
    const auto message = parse_client_message(text);
    if (!message) return 0;
    if (const auto* event = std::get_if<ClientEventMessage>(&*message)) {
        if (!decode_json_string(event->event).starts_with("client-")) std::abort();
        require_frame(channel_event("private-c", event->event, event->data, event->channel),
                      event->event, event->data);
    }
    return 0;
}
