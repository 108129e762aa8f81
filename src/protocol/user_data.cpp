#include "carillon/protocol/user_data.hpp"

#include <algorithm>

#include "carillon/protocol/channel_name.hpp"
#include "carillon/protocol/json_text.hpp"
#include "json_scanner.hpp"
#include "utf8.hpp"

namespace carillon {
namespace {

/// The commonest mistake is the number that a database has given: JSON tells 7 from "7".
std::string_view not_a_string(JsonText::Type type) {
    switch (type) {
        case JsonText::Type::number:
            return "id in user_data must be a string, but is a number";
        case JsonText::Type::object:
            return "id in user_data must be a string, but is an object";
        case JsonText::Type::array:
            return "id in user_data must be a string, but is an array";
        case JsonText::Type::boolean:
            return "id in user_data must be a string, but is a boolean";
        case JsonText::Type::string:
        case JsonText::Type::null:
            break;
    }
    return "id in user_data must be a string";
}

Result<void> read_watchlist(std::string_view array, const Limits& limits, UserData& user) {
    bool all_ids = true;
    std::size_t named = 0;
    const bool is_array = for_each_element(array, [&](const JsonText& element) {
        all_ids = all_ids && element.type == JsonText::Type::string;
        if (!all_ids || ++named > limits.max_watched_users) return;
        std::string id = decode_json_string(element);
        all_ids = count_characters(id) <= limits.max_user_id_length;
        if (all_ids) user.watchlist.push_back(std::move(id));
    });
    if (!is_array || !all_ids) {
        return Error{Errc::bad_user_data, "watchlist in user_data must be an array of user ids"};
    }
    user.watchlist_was_cut = named > limits.max_watched_users;
    std::ranges::sort(user.watchlist);
    user.watchlist.erase(std::unique(user.watchlist.begin(), user.watchlist.end()),
                         user.watchlist.end());
    return {};
}

}  // namespace

Result<UserData> UserData::parse(std::string_view user_data, const Limits& limits) {
    JsonText id, user_info, watchlist;
    const bool is_object =
        for_each_member(user_data, [&](const JsonText& name, const JsonText& value) {
            std::string buffer;
            const std::string_view member = json_string_content(name, buffer);
            if (member == "id") id = value;
            if (member == "user_info") user_info = value;
            if (member == "watchlist") watchlist = value;
        });
    if (!is_object) return Error{Errc::bad_user_data, "user_data must be a JSON object"};

    UserData user;
    if (id.type == JsonText::Type::string) {
        user.id = decode_json_string(id);
    } else if (id.type != JsonText::Type::null) {
        return Error{Errc::bad_user_data, not_a_string(id.type)};
    }
    if (!is_plain_name(user.id)) {
        return Error{Errc::bad_user_data,
                     "user_data must have an id of letters, digits and _-=@,.;"};
    }
    if (user.id.size() > limits.max_user_id_length) {
        return Error{Errc::bad_user_data,
                     "id in user_data has more characters than max_user_id_length allows"};
    }
    if (user_info.type != JsonText::Type::null) {
        if (user_info.text.size() > limits.max_user_info_bytes) {
            return Error{Errc::user_info_too_large,
                         "user_info in user_data has more bytes than max_user_info_bytes allows"};
        }
        user.user_info = user_info.text;
    }
    if (watchlist.type != JsonText::Type::null) {
        const auto verdict = read_watchlist(watchlist.text, limits, user);
        if (!verdict) return verdict.error();
    }
    return user;
}

}  // namespace carillon
