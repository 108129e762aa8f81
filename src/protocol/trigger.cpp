#include "carillon/protocol/trigger.hpp"

#include <simdjson.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>

#include "carillon/base/hash.hpp"
#include "json_scanner.hpp"
#include "utf8.hpp"

namespace carillon {
namespace {

constexpr Error bad_utf8{Errc::bad_json, "Expected the body to be valid UTF-8"};

/// The known members of an event, as received. Null and absent are the same, except for `data`,
/// which may be any JSON value.
struct EventFields {
    JsonText name;
    std::optional<JsonText> data;
    JsonText channel;
    JsonText channels;
    JsonText socket_id;
    JsonText info;
};

bool is_string(const JsonText& value) noexcept {
    return value.type == JsonText::Type::string;
}
bool is_absent(const JsonText& value) noexcept {
    return value.type == JsonText::Type::null;
}

Result<EventFields> read_fields(std::string_view object) {
    EventFields fields;
    const bool is_object =
        for_each_member(object, [&](const JsonText& name, const JsonText& value) {
            std::string buffer;
            const std::string_view member = json_string_content(name, buffer);
            if (member == "name") fields.name = value;
            if (member == "data") fields.data = value;
            if (member == "channel") fields.channel = value;
            if (member == "channels") fields.channels = value;
            if (member == "socket_id") fields.socket_id = value;
            if (member == "info") fields.info = value;
        });
    if (!is_object) return Error{Errc::bad_json, "Expected the event to be a JSON object"};
    return fields;
}

Result<void> check_types(const EventFields& fields) {
    const auto fits = [](const JsonText& value) { return is_string(value) || is_absent(value); };
    if (!fits(fields.name)) {
        return Error{Errc::bad_request, "Expected name parameter to be a string"};
    }
    if (!fits(fields.channel)) {
        return Error{Errc::bad_request, "Expected channel parameter to be a string"};
    }
    if (!is_absent(fields.channels) && fields.channels.type != JsonText::Type::array) {
        return Error{Errc::bad_request, "Expected channels parameter to be an array"};
    }
    if (!fits(fields.socket_id)) {
        return Error{Errc::bad_request, "Expected socket_id parameter to be a string"};
    }
    if (!fits(fields.info)) {
        return Error{Errc::bad_request, "Expected info parameter to be a string"};
    }
    return {};
}

Result<void> check_name(const JsonText& name, const Limits& limits) {
    if (is_absent(name)) return Error{Errc::bad_request, "Missing required parameter: name"};
    if (name.lone_surrogate) {
        return Error{Errc::bad_event_name, "Invalid event name: it is not valid Unicode"};
    }
    std::string buffer;
    const std::string_view text = json_string_content(name, buffer);
    if (text.empty()) return Error{Errc::bad_event_name, "Invalid event name: it is empty"};
    if (count_characters(text) > limits.max_event_name_length) {
        return Error{
            Errc::bad_event_name,
            "Invalid event name: it has more characters than max_event_name_length allows"};
    }
    if (text.starts_with("pusher:") || text.starts_with("pusher_internal:")) {
        return Error{Errc::bad_event_name,
                     "Invalid event name: the prefixes pusher: and pusher_internal: are reserved"};
    }
    return {};
}

Result<void> check_data(const std::optional<JsonText>& data, const Limits& limits) {
    if (!data) return Error{Errc::bad_request, "Missing required parameter: data"};
    if (event_data_bytes(*data) > limits.max_event_payload_bytes) {
        return Error{Errc::data_too_large,
                     "data has more bytes than max_event_payload_bytes allows"};
    }
    return {};
}

/// Every channel that the event names, in order: `channel`, then `channels`.
Result<std::vector<std::string>> read_channel_names(const EventFields& fields,
                                                    const TriggerParser::QueryFallback& query) {
    std::vector<std::string> names;
    if (is_string(fields.channel)) {
        names.push_back(decode_json_string(fields.channel));
    } else if (query.channel) {
        names.emplace_back(*query.channel);
    }
    if (is_absent(fields.channels)) {
        names.insert(names.end(), query.channels.begin(), query.channels.end());
        return names;
    }
    bool all_strings = true;
    const bool is_array = for_each_element(fields.channels.text, [&](const JsonText& element) {
        all_strings &= is_string(element);
        if (all_strings) names.push_back(decode_json_string(element));
    });
    if (!is_array || !all_strings) {
        return Error{Errc::bad_request, "Expected channels parameter to be an array of strings"};
    }
    return names;
}

Result<std::vector<ChannelName>> read_channels(const EventFields& fields,
                                               const TriggerParser::QueryFallback& query,
                                               const Limits& limits) {
    const auto names = read_channel_names(fields, query);
    if (!names) return names.error();
    if (names->empty()) return Error{Errc::bad_request, "Missing required parameter: channel"};
    if (names->size() > limits.max_channels_per_trigger) {
        return Error{Errc::bad_request,
                     "Too many channels: more than max_channels_per_trigger allows"};
    }
    std::vector<ChannelName> channels;
    channels.reserve(names->size());
    boost::unordered_flat_set<std::string_view, StringHash> seen;
    for (const std::string& text : *names) {
        if (names->size() > 1 && !seen.insert(text).second) continue;
        auto channel = ChannelName::parse(text, limits);
        if (!channel) return channel.error();
        channels.push_back(std::move(*channel));
    }
    return channels;
}

std::optional<std::string> text_of(const JsonText& body_value,
                                   std::optional<std::string_view> query_value) {
    if (is_string(body_value)) return decode_json_string(body_value);
    if (query_value) return std::string{*query_value};
    return std::nullopt;
}

Result<Trigger> check_event(const EventFields& fields, const Limits& limits,
                            const TriggerParser::QueryFallback& query) {
    if (const auto types = check_types(fields); !types) return types.error();
    if (const auto name = check_name(fields.name, limits); !name) return name.error();
    if (const auto data = check_data(fields.data, limits); !data) return data.error();
    auto channels = read_channels(fields, query, limits);
    if (!channels) return channels.error();

    Trigger trigger{.name = fields.name,
                    .data = *fields.data,
                    .channels = std::move(*channels),
                    .excluded = std::nullopt,
                    .info = {},
                    .wants_info = false};
    if (const auto socket_id = text_of(fields.socket_id, query.socket_id)) {
        const auto excluded = SocketId::parse(*socket_id);
        if (!excluded) return excluded.error();
        trigger.excluded = *excluded;
    }
    if (const auto info = text_of(fields.info, query.info)) {
        const auto attributes = InfoAttributes::parse(*info);
        if (!attributes) return attributes.error();
        trigger.info = *attributes;
        trigger.wants_info = true;
    }
    return trigger;
}

/// A form turns a blank into "+", which a query keeps: no attribute has one in its name.
std::string_view without_blanks(std::string_view text) {
    constexpr std::string_view blanks = " \t+";
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    const std::size_t last = text.find_last_not_of(blanks);
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

Result<InfoAttributes> InfoAttributes::parse(std::string_view text) {
    InfoAttributes attributes;
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view name = without_blanks(text.substr(0, comma));
        if (name == "user_count") {
            attributes.user_count = true;
        } else if (name == "subscription_count") {
            attributes.subscription_count = true;
        } else if (name == "cache") {
            attributes.cache = true;
        } else {
            return Error{Errc::bad_request,
                         "Expected info to be a comma separated list of attributes: user_count, "
                         "subscription_count or cache"};
        }
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return attributes;
}

Result<JsonText> TriggerParser::quote(std::string_view text) {
    if (!simdjson::validate_utf8(text.data(), text.size())) {
        return Error{Errc::bad_request, "Expected parameters to be valid UTF-8"};
    }
    std::string& quoted = quoted_.emplace_back();
    append_json_string(quoted, text);
    return scan_whole_json(quoted);
}

Result<Trigger> TriggerParser::parse_event(std::string_view body, const Limits& limits,
                                           const QueryFallback& query) {
    quoted_.clear();
    if (!simdjson::validate_utf8(body.data(), body.size())) return bad_utf8;
    auto fields = read_fields(body);
    if (!fields) return fields.error();
    if (is_absent(fields->name) && query.name) {
        const auto name = quote(*query.name);
        if (!name) return name.error();
        fields->name = *name;
    }
    if (!fields->data && query.data) {
        const auto data = quote(*query.data);
        if (!data) return data.error();
        fields->data = *data;
    }
    return check_event(*fields, limits, query);
}

Result<std::vector<Trigger>> TriggerParser::parse_batch(std::string_view body,
                                                        const Limits& limits) {
    quoted_.clear();
    if (!simdjson::validate_utf8(body.data(), body.size())) return bad_utf8;
    JsonText batch;
    const bool is_object = for_each_member(body, [&](const JsonText& name, const JsonText& value) {
        std::string buffer;
        if (json_string_content(name, buffer) == "batch") batch = value;
    });
    if (!is_object) return Error{Errc::bad_json, "Expected the body to be a JSON object"};
    if (is_absent(batch)) return Error{Errc::bad_request, "Missing required parameter: batch"};

    std::vector<JsonText> items;
    if (!for_each_element(batch.text, [&](const JsonText& item) { items.push_back(item); })) {
        return Error{Errc::bad_request, "Expected batch parameter to be an array"};
    }
    if (items.size() > limits.max_events_per_batch) {
        return Error{
            Errc::bad_request,
            quoted_.emplace_back("Batch too large (" + std::to_string(items.size()) + " > " +
                                 std::to_string(limits.max_events_per_batch) + ")")};
    }
    std::vector<Trigger> triggers;
    triggers.reserve(items.size());
    for (const JsonText& item : items) {
        auto fields = read_fields(item.text);
        if (!fields) return fields.error();
        fields->channels = {};  // Items of a batch have no `channels`.
        auto trigger = check_event(*fields, limits, {});
        if (!trigger) return trigger.error();
        triggers.push_back(std::move(*trigger));
    }
    return triggers;
}

}  // namespace carillon
