#include "foreign_apps.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "reader.hpp"

namespace carillon {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// What becomes of a member of an app.
enum class Becomes {
    member,      ///< of the app, unchanged
    limit,       ///< of its limits; a negative number is 0, no limit
    kibi_limit,  ///< of its limits, in bytes
    origins,     ///< allowed_origins
    accepted,    ///< client_events: "none", "members" or "all"
    webhooks,
    inner,   ///< an object whose members are like the app's
    client,  ///< nothing: what clients and broadcasters are told
};

struct AppMember {
    std::string_view theirs;  ///< without underscores, in small letters
    std::string_view ours;
    Becomes becomes;
};

constexpr auto app_members = std::to_array<AppMember>({
    {"id", "id", Becomes::member},
    {"appid", "id", Becomes::member},
    {"key", "key", Becomes::member},
    {"secret", "secret", Becomes::member},
    {"enabled", "enabled", Becomes::member},
    {"enableclientmessages", "client_events", Becomes::member},
    {"enablewatchlistevents", "watchlist_events", Becomes::member},
    {"acceptclienteventsfrom", "client_events", Becomes::accepted},
    {"allowedorigins", "allowed_origins", Becomes::origins},
    {"capacity", "max_connections", Becomes::limit},
    {"maxconnections", "max_connections", Becomes::limit},
    {"maxclienteventspersecond", "max_client_events_per_second", Becomes::limit},
    {"maxclienteventspersec", "max_client_events_per_second", Becomes::limit},
    {"maxpresencemembersperchannel", "max_presence_members", Becomes::limit},
    {"maxpresencemembersizeinkb", "max_user_info_bytes", Becomes::kibi_limit},
    {"maxchannelnamelength", "max_channel_name_length", Becomes::limit},
    {"maxeventchannelsatonce", "max_channels_per_trigger", Becomes::limit},
    {"maxeventnamelength", "max_event_name_length", Becomes::limit},
    {"maxeventpayloadinkb", "max_event_payload_bytes", Becomes::kibi_limit},
    {"maxeventbatchsize", "max_events_per_batch", Becomes::limit},
    {"webhooks", "webhooks", Becomes::webhooks},
    {"policy", "", Becomes::inner},
    {"limits", "", Becomes::inner},
    {"features", "", Becomes::inner},
    {"channels", "", Becomes::inner},
    {"options", "", Becomes::client},
    {"name", "", Becomes::client},
});

/// `maxConnections`, `MaxConnections` and `max_connections` are one name.
std::string plain(std::string_view name) {
    std::string plain;
    for (const char c : name) {
        if (c == '_') continue;
        plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return plain;
}

class AppTranslation {
public:
    AppTranslation(std::string path, std::vector<std::string>& not_taken)
        : path_(std::move(path)), not_taken_(not_taken) {}

    ordered_json run(const json& app) {
        for (const char* first : {"id", "key", "secret"}) translated_[first] = "";
        read(app, path_);
        if (!limits_.empty()) translated_["limits"] = limits_;
        return std::move(translated_);
    }

private:
    void read(const json& object, const std::string& path) {
        for (const auto& [name, value] : object.items()) {
            const auto known = std::ranges::find(app_members, plain(name), &AppMember::theirs);
            const std::string at = join_path(path, name);
            if (known == app_members.end()) {
                not_taken_.push_back(at + ": there is no such setting of an app");
            } else if (!value.is_null()) {
                translate(*known, value, at);
            }
        }
    }

    void translate(const AppMember& member, const json& value, const std::string& at) {
        const std::string ours(member.ours);
        switch (member.becomes) {
            case Becomes::member:
                translated_[ours] = as_text_if(ours, value);
                break;
            case Becomes::limit:
            case Becomes::kibi_limit:
                translate_limit(ours, value, member.becomes == Becomes::kibi_limit ? 1024 : 1, at);
                break;
            case Becomes::accepted:
                translated_[ours] = value != "none";
                break;
            case Becomes::origins:
                translate_origins(value);
                break;
            case Becomes::webhooks:
                translate_webhooks(value, at);
                break;
            case Becomes::inner:
                if (value.is_object()) read(value, at);
                break;
            case Becomes::client:
                break;
        }
    }

    /// Ids are numbers in some files.
    static json as_text_if(const std::string& ours, const json& value) {
        return ours == "id" && value.is_number() ? json(value.dump()) : value;
    }

    void translate_limit(const std::string& ours, const json& value, int factor,
                         const std::string& at) {
        const json number =
            value.is_string() ? json::parse(value.get<std::string>(), nullptr, false) : value;
        if (!number.is_number_integer())
            return not_taken_.push_back(at + ": is not a whole number");
        limits_[ours] = std::max<std::int64_t>(number.get<std::int64_t>(), 0) * factor;
    }

    /// Theirs may lack the scheme, in which case both are meant; `*` is the default here.
    void translate_origins(const json& value) {
        ordered_json origins = ordered_json::array();
        for (const json& origin : value.is_array() ? value : json::array({value})) {
            if (!origin.is_string() || origin == "*") continue;
            const auto text = origin.get<std::string>();
            if (text.find("://") != text.npos) {
                origins.push_back(text);
            } else {
                for (const char* scheme : {"https://", "http://"}) origins.push_back(scheme + text);
            }
        }
        if (!origins.empty()) translated_["allowed_origins"] = origins;
    }

    void translate_webhooks(const json& value, const std::string& at) {
        ordered_json endpoints = ordered_json::array();
        for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
            const json& webhook = value[i];
            const std::string path = at + "[" + std::to_string(i) + "]";
            if (!webhook.is_object() || !webhook.contains("url")) {
                not_taken_.push_back(path + ": only webhooks with a url exist");
                continue;
            }
            endpoints.push_back(translate_webhook(webhook, path));
        }
        if (!endpoints.empty()) translated_["webhooks"] = endpoints;
    }

    ordered_json translate_webhook(const json& webhook, const std::string& path) {
        ordered_json endpoint = {{"url", webhook["url"]}};
        for (const auto& [name, value] : webhook.items()) {
            if (name == "url" || value.is_null()) continue;
            if (name == "event_types") {
                endpoint["events"] = value;
            } else if (name == "headers" && value.is_object()) {
                endpoint["headers"] = value;
            } else if (name == "filter" && value.is_object()) {
                translate_filter(value, endpoint, path + ".filter");
            } else {
                not_taken_.push_back(join_path(path, name) +
                                     ": there is no such setting of a webhook");
            }
        }
        return endpoint;
    }

    void translate_filter(const json& filter, ordered_json& endpoint, const std::string& path) {
        for (const auto& [name, value] : filter.items()) {
            if (value.is_null()) continue;
            if (name == "channel_name_starts_with") {
                endpoint["channels"]["prefix"] = value;
            } else if (name == "channel_name_ends_with") {
                endpoint["channels"]["suffix"] = value;
            } else {
                not_taken_.push_back(join_path(path, name) + ": there is no such filter");
            }
        }
    }

    std::string path_;
    std::vector<std::string>& not_taken_;
    ordered_json translated_ = ordered_json::object();
    ordered_json limits_ = ordered_json::object();
};

}  // namespace

ordered_json translate_app(const json& app, const std::string& path,
                           std::vector<std::string>& not_taken) {
    return AppTranslation{path, not_taken}.run(app);
}

}  // namespace carillon
