#include "topic_name.hpp"

#include <charconv>

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
    std::size_t length = 0;
    const char* const end = topic.data() + topic.size();
    const auto read = std::from_chars(topic.data() + 1, end, length);
    if (read.ec != std::errc{} || read.ptr == end || *read.ptr != ':') return std::nullopt;
    const std::string_view rest =
        topic.substr(static_cast<std::size_t>(read.ptr - topic.data()) + 1);
    if (length > rest.size()) return std::nullopt;
    return TopicName{topic.front(), rest.substr(0, length), rest.substr(length)};
}

}  // namespace carillon
