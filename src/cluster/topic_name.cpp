#include "topic_name.hpp"

#include "carillon/base/parse_integer.hpp"
#include "carillon/protocol/channel_name.hpp"

namespace carillon {
namespace {

std::string topic(char kind, std::string_view app_id, std::string_view name) {
    std::string text(1, kind);
    text.append(std::to_string(app_id.size())).append(":").append(app_id).append(name);
    return text;
}

}  // namespace

std::string channel_topic(std::string_view app_id, std::string_view channel) {
    switch (ChannelKind::of(channel).access) {
        case ChannelKind::Access::presence:
            return topic('p', app_id, channel);
        case ChannelKind::Access::user:
            return topic('s', app_id, channel);
        default:
            return topic('c', app_id, channel);
    }
}

std::string user_topic(std::string_view app_id, std::string_view user_id) {
    return topic('u', app_id, user_id);
}

std::string quota_topic(std::string_view app_id) {
    return topic('q', app_id, "");
}

std::optional<TopicName> TopicName::parse(std::string_view topic) {
    if (topic.size() < 3) return std::nullopt;
    std::string_view rest = topic.substr(1);
    const auto length = consume_integer<std::size_t>(rest);
    if (!length || !rest.starts_with(':')) return std::nullopt;
    rest.remove_prefix(1);
    if (*length > rest.size()) return std::nullopt;
    return TopicName{topic.front(), rest.substr(0, *length), rest.substr(*length)};
}

}  // namespace carillon
