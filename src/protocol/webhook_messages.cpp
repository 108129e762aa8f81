#include "carillon/protocol/webhook_messages.hpp"

#include <algorithm>

namespace carillon {
namespace {

/// `{"name":"…"`
std::string begin_event(WebhookKind kind) {
    std::string out = R"({"name":")";
    out += name_of(kind);
    out += '"';
    return out;
}

void append_channel(std::string& out, std::string_view channel) {
    out += R"(,"channel":")";
    out += channel;
    out += '"';
}

void append_user(std::string& out, std::string_view user_id) {
    out += R"(,"user_id":)";
    append_json_string(out, user_id);
}

}  // namespace

std::optional<WebhookKind> webhook_kind(std::string_view name) noexcept {
    const auto* const found = std::ranges::find(webhook_kind_names, name);
    if (found == webhook_kind_names.end()) return std::nullopt;
    return static_cast<WebhookKind>(found - webhook_kind_names.begin());
}

std::string channel_webhook(WebhookKind kind, std::string_view channel) {
    std::string out = begin_event(kind);
    append_channel(out, channel);
    out += '}';
    return out;
}

std::string member_webhook(WebhookKind kind, std::string_view channel, std::string_view user_id) {
    std::string out = begin_event(kind);
    append_channel(out, channel);
    append_user(out, user_id);
    out += '}';
    return out;
}

std::string user_webhook(WebhookKind kind, std::string_view user_id) {
    std::string out = begin_event(kind);
    append_user(out, user_id);
    out += '}';
    return out;
}

std::string count_webhook(std::string_view channel, std::size_t count) {
    std::string out = begin_event(WebhookKind::subscription_count);
    append_channel(out, channel);
    out += R"(,"subscription_count":)";
    out += std::to_string(count);
    out += '}';
    return out;
}

std::string client_event_webhook(std::string_view channel, const JsonText& event,
                                 const JsonText& data, SocketId socket_id,
                                 std::optional<std::string_view> user_id) {
    std::string out = begin_event(WebhookKind::client_event);
    append_channel(out, channel);
    out += R"(,"event":)";
    append_event_data(out, event);
    out += R"(,"data":)";
    append_event_data(out, data);
    out += R"(,"socket_id":")";
    socket_id.append_to(out);
    out += '"';
    if (user_id) append_user(out, *user_id);
    out += '}';
    return out;
}

std::string webhook_body(std::int64_t time_ms, std::span<const std::string_view> events) {
    std::string out = R"({"time_ms":)";
    out += std::to_string(time_ms);
    out += R"(,"events":[)";
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (i > 0) out += ',';
        out += events[i];
    }
    out += "]}";
    return out;
}

}  // namespace carillon
