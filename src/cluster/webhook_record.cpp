#include "webhook_record.hpp"

#include <algorithm>
#include <utility>

#include "carillon/base/parse_integer.hpp"
#include "carillon/websocket/utf8.hpp"
#include "topic_name.hpp"

namespace carillon {
namespace {

/// Takes a space and a number from the front of `text`.
std::optional<std::size_t> take_number(std::string_view& text) {
    if (text.empty() || text.front() != ' ') return std::nullopt;
    text.remove_prefix(1);
    return consume_integer<std::size_t>(text);
}

WebhookKind arrival_of(WebhookKind kind) {
    switch (kind) {
        case WebhookKind::channel_vacated:
            return WebhookKind::channel_occupied;
        case WebhookKind::member_removed:
            return WebhookKind::member_added;
        case WebhookKind::user_offline:
            return WebhookKind::user_online;
        default:
            return kind;
    }
}

}  // namespace

std::optional<WebhookRecord> WebhookRecord::parse(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto letter = std::ranges::find(webhook_letters, text.front(),
                                          &decltype(webhook_letters)::value_type::second);
    text.remove_prefix(1);
    const auto count = take_number(text);
    const auto number = take_number(text);
    const auto length = take_number(text);
    if (letter == webhook_letters.end() || !count || !number || !length || text.empty()) {
        return std::nullopt;
    }
    text.remove_prefix(1);
    if (*length > text.size()) return std::nullopt;
    const auto topic = TopicName::parse(text.substr(0, *length));
    if (!topic || !is_utf8(topic->name) || !is_utf8(text.substr(*length))) return std::nullopt;
    WebhookRecord record{.kind = letter->first,
                         .count = *count,
                         .app_id = topic->app_id,
                         .channel = topic->name,
                         .user_id = text.substr(*length),
                         .number = *number,
                         .topic = text.substr(0, *length),
                         .member = text.substr(*length)};
    if (topic->kind == 'u') record.user_id = std::exchange(record.channel, {});
    return record;
}

bool WebhookRecord::is_arrival() const noexcept {
    return kind == arrival_of(kind);
}

std::string WebhookRecord::about() const {
    return told_field(arrival_of(kind), topic, member);
}

std::string told_field(WebhookKind arrival, std::string_view topic, std::string_view user) {
    const auto letter =
        std::ranges::find(webhook_letters, arrival, &decltype(webhook_letters)::value_type::first);
    std::string field(1, letter->second);
    field.append(topic).append(1, '\0').append(user);
    return field;
}

}  // namespace carillon
