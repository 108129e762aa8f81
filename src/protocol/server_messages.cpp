#include "carillon/protocol/server_messages.hpp"

#include "carillon/protocol/error_codes.hpp"

#include "utf8.hpp"

namespace carillon {
namespace {

constexpr std::size_t framing_bytes = 64;  // More than the server adds to names and values.

/// `{"event":"…","channel":"…","data":`, with room for `data_bytes` and the end of the frame.
std::string begin_frame(std::string_view event, std::string_view channel, std::size_t data_bytes) {
    std::string out;
    out.reserve(framing_bytes + event.size() + channel.size() + data_bytes);
    out += R"({"event":")";
    out += event;
    out += R"(","channel":")";
    out += channel;
    out += R"(","data":)";
    return out;
}

/// A frame whose `data` is a string with `object` as its content.
std::string frame_of_object(std::string_view event, std::string_view channel,
                            std::string_view object) {
    std::string out = begin_frame(event, channel, 2 * object.size());
    append_json_string(out, object);
    out += '}';
    return out;
}

/// The most that `append_event_data` writes, in bytes: each byte of source JSON becomes one or two.
std::size_t event_data_bound(const JsonText& data) noexcept {
    return data.type == JsonText::Type::string ? data.text.size() : 2 * data.text.size() + 2;
}

}  // namespace

std::string connection_established(SocketId id, unsigned activity_timeout_seconds) {
    std::string out = R"({"event":"pusher:connection_established","data":"{\"socket_id\":\")";
    id.append_to(out);
    out += R"(\",\"activity_timeout\":)";
    out += std::to_string(activity_timeout_seconds);
    out += R"(}"})";
    return out;
}

std::string error_message(Errc reason, std::string_view message) {
    const std::optional<int> code = pusher_code(reason);
    std::string out = R"({"event":"pusher:error","data":{"code":)";
    out += code ? std::to_string(*code) : "null";
    out += R"(,"message":)";
    append_json_string(out, message);
    out += "}}";
    return out;
}

std::string pong() {
    return R"({"event":"pusher:pong","data":"{}"})";
}

std::string subscription_succeeded(std::string_view channel) {
    return frame_of_object("pusher_internal:subscription_succeeded", channel, "{}");
}

std::string presence_succeeded(std::string_view channel, std::size_t count, std::string_view ids,
                               std::string_view hash) {
    std::string out = begin_frame("pusher_internal:subscription_succeeded", channel,
                                  framing_bytes + ids.size() + hash.size());
    out += R"("{\"presence\":{\"count\":)";
    out += std::to_string(count);
    out += R"(,\"ids\":[)";
    out += ids;
    out += R"(],\"hash\":{)";
    out += hash;
    out += R"(}}}"})";
    return out;
}

std::string cache_miss(std::string_view channel) {
    return frame_of_object("pusher:cache_miss", channel, "{}");
}

std::string subscription_count(std::string_view channel, std::size_t count) {
    return frame_of_object("pusher_internal:subscription_count", channel,
                           R"({"subscription_count":)" + std::to_string(count) + "}");
}

std::string subscription_error(std::string_view channel, Errc reason, std::string_view message) {
    // A name that is refused for its length may have come compressed.
    constexpr std::size_t echoed_bytes_max = 1024;
    const SubscriptionErrorKind kind = subscription_error_kind(reason);
    std::string out = R"({"event":"pusher:subscription_error","channel":)";
    append_json_string(out, utf8_prefix(channel, echoed_bytes_max));
    out += R"(,"data":{"type":")";
    out += kind.type;
    out += R"(","error":)";
    append_json_string(out, message);
    out += R"(,"status":)";
    out += std::to_string(kind.status);
    out += "}}";
    return out;
}

std::string member_added(std::string_view channel, std::string_view user_id,
                         const std::optional<std::string>& user_info) {
    std::string member = R"({"user_id":)";
    append_json_string(member, user_id);
    if (user_info) {
        member += R"(,"user_info":)";
        member += *user_info;
    }
    member += '}';
    return frame_of_object("pusher_internal:member_added", channel, member);
}

std::string member_removed(std::string_view channel, std::string_view user_id) {
    std::string member = R"({"user_id":)";
    append_json_string(member, user_id);
    member += '}';
    return frame_of_object("pusher_internal:member_removed", channel, member);
}

std::string signin_success(std::string_view user_data) {
    std::string object = R"({"user_data":)";
    append_json_string(object, user_data);
    object += '}';
    std::string out = R"({"event":"pusher:signin_success","data":)";
    append_json_string(out, object);
    out += '}';
    return out;
}

std::string watchlist_events(std::span<const std::string> online,
                             std::span<const std::string> offline) {
    std::string events;
    const auto append = [&events](std::string_view name, std::span<const std::string> ids) {
        if (ids.empty()) return;
        events += events.empty() ? R"({"name":")" : R"(,{"name":")";
        events += name;
        events += R"(","user_ids":[)";
        for (const std::string& id : ids) {
            append_json_string(events, id);
            events += ',';
        }
        events.back() = ']';
        events += '}';
    };
    append("online", online);
    append("offline", offline);
    std::string out = R"({"event":"pusher_internal:watchlist_events","data":)";
    append_json_string(out, R"({"events":[)" + events + "]}");
    out += '}';
    return out;
}

std::string channel_event(std::string_view channel, const JsonText& event, const JsonText& data,
                          std::optional<std::string_view> user_id) {
    std::string out;
    out.reserve(framing_bytes + event.text.size() + channel.size() + event_data_bound(data) +
                (user_id ? user_id->size() : 0));
    out += R"({"event":)";
    append_event_data(out, event);
    out += R"(,"channel":")";
    out += channel;
    out += R"(","data":)";
    append_event_data(out, data);
    if (user_id) {
        out += R"(,"user_id":)";
        append_json_string(out, *user_id);
    }
    out += '}';
    return out;
}

}  // namespace carillon
