#include "bus_message.hpp"

#include "carillon/base/hash.hpp"
#include "carillon/base/parse_integer.hpp"
#include "carillon/protocol/json_text.hpp"
#include "carillon/websocket/utf8.hpp"

namespace carillon {
namespace {

/// Takes the field up to the next space; "" at the end.
std::string_view take_field(std::string_view& rest) {
    const std::size_t space = rest.find(' ');
    const std::string_view field = rest.substr(0, space);
    rest.remove_prefix(space == rest.npos ? rest.size() : space + 1);
    return field;
}

template <class Number>
bool read(std::string_view text, Number& number) {
    const auto parsed = parse_integer<Number>(text);
    if (parsed) number = *parsed;
    return parsed.has_value();
}

SocketId read_excluded(std::string_view text) {
    const auto id = SocketId::parse(text);
    return id ? *id : SocketId{};
}

bool is_member_change(std::string_view body) {
    const auto change = MemberChange::parse(body);
    if (!change || !is_utf8(body)) return false;
    // The id is cut off by its length, which may be inside a character.
    return is_utf8(change->user_id) && (change->info.empty() || scan_whole_json(change->info));
}

}  // namespace

bool is_event(std::string_view text) {
    if (!is_utf8(text)) return false;
    const auto json = scan_whole_json(text);
    if (!json || json->type != JsonText::Type::object) return false;
    // As `channel_event` writes it: clients fail on an event without one of these.
    return text.starts_with("{\"event\":\"") && text.find(",\"channel\":\"") != text.npos &&
           text.find(",\"data\":\"") != text.npos;
}

std::optional<BusMessage> BusMessage::parse(std::string_view text) {
    BusMessage message;
    if (text.starts_with("* ")) {
        text.remove_prefix(2);
        message.kind = Kind::client_event;
        message.producer = fnv1a(take_field(text));
        message.excluded = read_excluded(take_field(text));
        message.body = text;
        return message;
    }
    message.epoch = fnv1a(take_field(text));
    if (!read(take_field(text), message.sequence)) return std::nullopt;
    message.first = take_field(text) == "1";
    (void)read(take_field(text), message.time_ms);  // Of no use to most: whatever it is.
    message.producer = fnv1a(take_field(text));
    if (!read(take_field(text), message.counter)) return std::nullopt;
    const std::string_view kind = take_field(text);
    if (kind.size() != 1) return std::nullopt;
    message.kind = static_cast<Kind>(kind.front());
    message.excluded = read_excluded(take_field(text));
    message.body = text;
    return message;
}

bool BusMessage::is_sound() const {
    if (sequence > number_max || counter > number_max) return false;
    switch (kind) {
        case Kind::event:
        case Kind::client_event:
            return is_event(body);
        case Kind::member_added:
        case Kind::member_removed:
            return is_member_change(body);
        case Kind::count:
            return parse_integer<std::uint64_t>(body).has_value();
        default:
            return true;  // Has no body, or is of a later release and is ignored.
    }
}

std::string client_event_message(std::string_view process, SocketId excluded,
                                 std::string_view body) {
    std::string message = "* ";
    message.append(process).append(" ").append(excluded_text(excluded)).append(" ").append(body);
    return message;
}

std::string excluded_text(SocketId excluded) {
    return excluded == SocketId{} ? "-" : excluded.text();
}

std::optional<MemberChange> MemberChange::parse(std::string_view body) {
    std::size_t length = 0;
    if (!read(take_field(body), length) || length > body.size()) return std::nullopt;
    return MemberChange{body.substr(0, length), body.substr(length)};
}

}  // namespace carillon
