#include "carillon/protocol/presence_data.hpp"

#include "carillon/protocol/json_text.hpp"
#include "json_scanner.hpp"
#include "utf8.hpp"

namespace carillon {

Result<PresenceData> PresenceData::parse(std::string_view channel_data, const Limits& limits) {
    JsonText user_id, user_info;
    const bool is_object =
        for_each_member(channel_data, [&](const JsonText& name, const JsonText& value) {
            std::string buffer;
            const std::string_view member = json_string_content(name, buffer);
            if (member == "user_id") user_id = value;
            if (member == "user_info") user_info = value;
        });
    if (!is_object) {
        return Error{Errc::bad_channel_data, "channel_data must be a JSON object"};
    }

    PresenceData data;
    if (user_id.type == JsonText::Type::string) {
        data.user_id = decode_json_string(user_id);
    } else if (user_id.type == JsonText::Type::number) {
        data.user_id = user_id.text;
    }
    if (data.user_id.empty()) {
        return Error{Errc::bad_channel_data,
                     "channel_data must have a user_id, a non-empty string or a number"};
    }
    if (count_characters(data.user_id) > limits.max_user_id_length) {
        return Error{Errc::bad_channel_data,
                     "user_id in channel_data has more characters than max_user_id_length allows"};
    }
    if (user_info.type != JsonText::Type::null) {
        if (user_info.text.size() > limits.max_user_info_bytes) {
            return Error{
                Errc::user_info_too_large,
                "user_info in channel_data has more bytes than max_user_info_bytes allows"};
        }
        data.user_info = user_info.text;
    }
    return data;
}

}  // namespace carillon
