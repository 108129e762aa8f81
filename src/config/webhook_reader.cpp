#include "webhook_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <map>

#include "carillon/base/hash.hpp"
#include "carillon/net/http_client.hpp"
#include "reader.hpp"
#include "webhook_settings.hpp"

namespace carillon {
namespace {

using nlohmann::json;

/// What requests say themselves.
constexpr std::array<const char*, 9> reserved_headers = {
    "Content-Type", "Content-Length",     "Transfer-Encoding",   "Connection", "Host",
    "X-Pusher-Key", "X-Pusher-Signature", "X-Carillon-Delivery", "Expect"};

bool is_token_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// Source: RFC 9110, 5.5, without what is obsolete.
bool is_value_char(char c) {
    return c == '\t' || (c >= ' ' && c != '\x7f') || static_cast<unsigned char>(c) >= 0x80;
}

bool is_reserved(std::string_view name) {
    return std::ranges::any_of(reserved_headers,
                               [name](const char* own) { return boost::iequals(own, name); });
}

/// A text or an array of texts.
std::vector<std::string> read_strings(const json& value, const std::string& path,
                                      const Source& source) {
    const auto is_good = [](const json& one) { return one.is_string() && one != ""; };
    if (is_good(value)) return {value.get<std::string>()};
    if (value.is_array() && std::ranges::all_of(value, is_good)) {
        return value.get<std::vector<std::string>>();
    }
    source.refuse(path, "neither a text nor an array of texts");
    return {};
}

ChannelFilter read_filter(const json& object, const std::string& path, const Source& source) {
    ChannelFilter filter;
    if (!object.is_object()) {
        source.refuse(path, "not an object such as {\"prefix\": \"private-\"}");
        return filter;
    }
    refuse_unknown(object, {"prefix", "suffix", "exact"}, path, source);
    const auto read = [&](const char* name, std::vector<std::string>& list) {
        if (object.contains(name)) list = read_strings(object[name], join_path(path, name), source);
    };
    read("prefix", filter.prefixes);
    read("suffix", filter.suffixes);
    read("exact", filter.names);
    return filter;
}

/// Values may be secret: none is in an error.
std::vector<std::pair<std::string, std::string>> read_headers(const json& object,
                                                              const std::string& path,
                                                              const Source& source) {
    std::vector<std::pair<std::string, std::string>> headers;
    if (!object.is_object()) {
        source.refuse(path, "not an object of texts");
        return headers;
    }
    for (const auto& [name, value] : object.items()) {
        const std::string where = join_path(path, name);
        if (name.empty() || !std::ranges::all_of(name, is_token_char)) {
            source.refuse(where, "not the name of a header");
        } else if (is_reserved(name)) {
            source.refuse(where, "this header is set by the server");
        } else if (!value.is_string() ||
                   !std::ranges::all_of(value.get_ref<const std::string&>(), is_value_char)) {
            source.refuse(where, "not a text without line ends");
        } else {
            headers.emplace_back(name, value.get<std::string>());
        }
    }
    return headers;
}

WebhookKinds read_kinds(const std::vector<std::string>& names, const std::string& path,
                        const Source& source) {
    WebhookKinds kinds;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (const auto kind = webhook_kind(names[i])) {
            kinds.add(*kind);
        } else {
            source.refuse(fmt::format("{}[{}]", path, i),
                          fmt::format("not one of {}", fmt::join(webhook_kind_names, ", ")));
        }
    }
    if (names.empty()) source.refuse(path, "required, at least one");
    return kinds;
}

WebhookEndpoint read_webhook(const json& object, const std::string& path, const Source& source) {
    WebhookEndpoint endpoint;
    WebhookSettings settings;
    read_object(settings, object, path, source, {"channels", "headers"});
    if (!object.is_object()) return endpoint;
    if (auto url = HttpUrl::parse(settings.url)) {
        endpoint.url = std::move(*url);
    } else {
        // What was given may hold a secret.
        source.refuse(join_path(path, "url"),
                      settings.url.empty() ? "required"
                                           : "not of the form http://HOST[:PORT][/PATH][?QUERY] or "
                                             "https://…");
    }
    endpoint.kinds = read_kinds(settings.events, join_path(path, "events"), source);
    if (const auto filter = object.find("channels"); filter != object.end()) {
        endpoint.channels = read_filter(*filter, join_path(path, "channels"), source);
    }
    if (const auto headers = object.find("headers"); headers != object.end()) {
        endpoint.headers = read_headers(*headers, join_path(path, "headers"), source);
    }
    endpoint.timeout = std::chrono::seconds(settings.timeout_seconds);
    endpoint.batch_events_max = settings.batch_max_events;
    endpoint.batch_delay = std::chrono::milliseconds(settings.batch_delay_ms);
    endpoint.tls_verify = settings.tls_verify;
    endpoint.tls_ca_file = settings.tls_ca_file;
    if (!settings.tls_ca_file.empty()) {
        const auto problem = ca_file_problem(settings.tls_ca_file);
        if (problem) source.refuse(join_path(path, "tls_ca_file"), *problem);
    }
    // The path may hold a secret, so it is only told apart from others, not shown.
    endpoint.name = fmt::format("{}#{:08x}", endpoint.url.origin(),
                                static_cast<std::uint32_t>(fnv1a(settings.url)));
    return endpoint;
}

}  // namespace

std::vector<WebhookEndpoint> read_webhooks(const json& webhooks, const std::string& path,
                                           const Source& source) {
    std::vector<WebhookEndpoint> endpoints;
    if (!webhooks.is_array()) {
        source.refuse(path, "not an array of objects");
        return endpoints;
    }
    std::map<std::string, unsigned> same;
    for (std::size_t i = 0; i < webhooks.size(); ++i) {
        WebhookEndpoint& endpoint = endpoints.emplace_back(
            read_webhook(webhooks[i], fmt::format("{}[{}]", path, i), source));
        const unsigned number = ++same[endpoint.name];
        if (number > 1) endpoint.name += fmt::format("-{}", number);
    }
    return endpoints;
}

}  // namespace carillon
