#include "carillon/protocol/client_message.hpp"

#include "json_scanner.hpp"
#include "utf8.hpp"

namespace carillon {
namespace {

constexpr JsonText json_null{.text = "null", .type = JsonText::Type::null, .decoded_bytes = 4};

/// The known members of a message. Null and absent are the same, except for `data`.
struct Envelope {
    JsonText event;
    JsonText channel;
    std::optional<JsonText> data;
};

Result<Envelope> read_envelope(std::string_view text) {
    Envelope envelope;
    const bool is_object = for_each_member(text, [&](const JsonText& name, const JsonText& value) {
        std::string buffer;
        const std::string_view member = json_string_content(name, buffer);
        if (member == "event") envelope.event = value;
        if (member == "channel") envelope.channel = value;
        if (member == "data") envelope.data = value;
    });
    if (!is_object) return Error{Errc::bad_json, "The message must be a JSON object"};
    if (envelope.event.type != JsonText::Type::string) {
        return Error{Errc::bad_message, "event must be a string"};
    }
    return envelope;
}

/// The known members of `data` in pusher:subscribe and pusher:unsubscribe. Null and absent are the
/// same.
struct SubscriptionFields {
    JsonText channel;
    JsonText auth;
    JsonText channel_data;
};

bool is_string_or_absent(const JsonText& value) noexcept {
    return value.type == JsonText::Type::string || value.type == JsonText::Type::null;
}

std::optional<std::string> decode_if_present(const JsonText& value) {
    if (value.type == JsonText::Type::null) return std::nullopt;
    return decode_json_string(value);
}

/// The source text of the object that `data` is, or that it holds as a string, which `buffer`
/// keeps.
std::string_view object_text(const std::optional<JsonText>& data, std::string& buffer) {
    if (!data) return {};
    return data->type == JsonText::Type::string ? json_string_content(*data, buffer) : data->text;
}

Result<SubscribeMessage> read_subscription(const std::optional<JsonText>& data) {
    std::string buffer;
    const std::string_view object = object_text(data, buffer);
    SubscriptionFields fields;
    const bool is_object =
        for_each_member(object, [&](const JsonText& name, const JsonText& value) {
            std::string name_buffer;
            const std::string_view member = json_string_content(name, name_buffer);
            if (member == "channel") fields.channel = value;
            if (member == "auth") fields.auth = value;
            if (member == "channel_data") fields.channel_data = value;
        });
    if (!is_object) return Error{Errc::bad_message, "data must be a JSON object"};
    if (fields.channel.type != JsonText::Type::string) {
        return Error{Errc::bad_message, "data.channel must be a string"};
    }
    if (!is_string_or_absent(fields.auth) || !is_string_or_absent(fields.channel_data)) {
        return Error{Errc::bad_message, "data.auth and data.channel_data must be strings"};
    }
    return SubscribeMessage{decode_json_string(fields.channel), decode_if_present(fields.auth),
                            decode_if_present(fields.channel_data)};
}

Result<ClientMessage> read_signin(const std::optional<JsonText>& data) {
    std::string buffer;
    JsonText auth, user_data;
    const bool is_object = for_each_member(
        object_text(data, buffer), [&](const JsonText& name, const JsonText& value) {
            std::string name_buffer;
            const std::string_view member = json_string_content(name, name_buffer);
            if (member == "auth") auth = value;
            if (member == "user_data") user_data = value;
        });
    if (!is_object) return Error{Errc::bad_message, "data must be a JSON object"};
    if (user_data.type != JsonText::Type::string) {
        return Error{Errc::bad_message, "data.user_data must be a string"};
    }
    if (!is_string_or_absent(auth)) {
        return Error{Errc::bad_message, "data.auth must be a string"};
    }
    return ClientMessage{SignInMessage{decode_if_present(auth), decode_json_string(user_data)}};
}

Result<ClientMessage> read_client_event(const Envelope& envelope, std::string_view name) {
    if (envelope.event.lone_surrogate) {
        return Error{Errc::bad_event_name, "Invalid event name: it is not valid Unicode"};
    }
    if (envelope.channel.type != JsonText::Type::string) {
        return Error{Errc::bad_message, "channel of a client event must be a string"};
    }
    return ClientMessage{ClientEventMessage{
        envelope.event, count_characters(name), decode_json_string(envelope.channel),
        envelope.data.value_or(json_null), envelope.data.has_value()}};
}

}  // namespace

Result<ClientMessage> parse_client_message(std::string_view text) {
    const auto envelope = read_envelope(text);
    if (!envelope) return envelope.error();

    std::string buffer;
    const std::string_view event = json_string_content(envelope->event, buffer);
    if (event.starts_with("client-")) return read_client_event(*envelope, event);
    if (event == "pusher:ping") return ClientMessage{PingMessage{}};
    if (event == "pusher:pong") return ClientMessage{PongMessage{}};
    if (event == "pusher:subscribe" || event == "pusher:unsubscribe") {
        auto subscription = read_subscription(envelope->data);
        if (!subscription) return subscription.error();
        if (event == "pusher:subscribe") return ClientMessage{std::move(*subscription)};
        return ClientMessage{UnsubscribeMessage{std::move(subscription->channel)}};
    }
    if (event == "pusher:signin") return read_signin(envelope->data);
    return Error{Errc::unknown_event,
                 "Unknown event: expected pusher:subscribe, pusher:unsubscribe, pusher:signin, "
                 "pusher:ping, pusher:pong or a name that starts with client-"};
}

}  // namespace carillon
