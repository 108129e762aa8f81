#include "carillon/protocol/channel_name.hpp"

#include <algorithm>

namespace carillon {
namespace {

bool is_channel_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"_-=@,.;"}.find(c) != std::string_view::npos;
}

}  // namespace

ChannelKind ChannelKind::of(std::string_view name) noexcept {
    struct Row {
        std::string_view prefix;
        ChannelKind kind;
    };
    static constexpr Row rows[] = {
        {"private-encrypted-cache-", {Access::encrypted, true}},
        {"private-encrypted-", {Access::encrypted, false}},
        {"private-cache-", {Access::private_, true}},
        {"private-", {Access::private_, false}},
        {"presence-cache-", {Access::presence, true}},
        {"presence-", {Access::presence, false}},
        {"cache-", {Access::public_, true}},
        {user_channel_prefix, {Access::user, false}},
    };
    for (const Row& row : rows) {
        if (name.starts_with(row.prefix)) return row.kind;
    }
    return {};
}

bool is_plain_name(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, is_channel_char);
}

Result<ChannelName> ChannelName::parse(std::string_view text, const Limits& limits) {
    std::string_view checked = text;
    if (checked.starts_with(user_channel_prefix)) checked.remove_prefix(user_channel_prefix.size());
    if (checked.empty()) return Error{Errc::bad_channel_name, "Invalid channel name: it is empty"};
    if (text.size() > limits.max_channel_name_length) {
        return Error{
            Errc::bad_channel_name,
            "Invalid channel name: it has more characters than max_channel_name_length allows"};
    }
    if (!is_plain_name(checked)) {
        return Error{Errc::bad_channel_name,
                     "Invalid channel name: only letters, digits and _-=@,.; are allowed"};
    }
    return ChannelName{text};
}

}  // namespace carillon
