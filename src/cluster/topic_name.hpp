#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace carillon {

/// How Redis names a channel or a user of an app. See scripts/lib.lua. Pure.
[[nodiscard]] std::string channel_topic(std::string_view app_id, std::string_view channel);
[[nodiscard]] std::string user_topic(std::string_view app_id, std::string_view user_id);

/// Of an app's connections.
[[nodiscard]] std::string quota_topic(std::string_view app_id);

/// A topic's name taken apart.
struct TopicName {
    char kind = 'c';
    std::string_view app_id;
    std::string_view name;

    [[nodiscard]] static std::optional<TopicName> parse(std::string_view topic);
};

}  // namespace carillon
