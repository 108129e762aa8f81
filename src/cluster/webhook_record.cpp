#include "webhook_record.hpp"

#include <algorithm>

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

}  // namespace

std::optional<WebhookRecord> WebhookRecord::parse(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto letter = std::ranges::find(webhook_letters, text.front(),
                                          &decltype(webhook_letters)::value_type::second);
    text.remove_prefix(1);
    const auto count = take_number(text);
    const auto length = take_number(text);
    if (letter == webhook_letters.end() || !count || !length || text.empty()) return std::nullopt;
    text.remove_prefix(1);
    if (*length > text.size()) return std::nullopt;
    const auto topic = TopicName::parse(text.substr(0, *length));
    if (!topic || !is_utf8(topic->name) || !is_utf8(text.substr(*length))) return std::nullopt;
    WebhookRecord record{letter->first, *count, topic->app_id, topic->name, text.substr(*length)};
    if (topic->kind == 'u') record.user_id = std::exchange(record.channel, {});
    return record;
}

}  // namespace carillon
