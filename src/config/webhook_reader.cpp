#include "webhook_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <map>

#include "carillon/base/hash.hpp"
#include "carillon/net/http_client.hpp"
#include "reader.hpp"

namespace carillon {
namespace {

using nlohmann::json;

/// Headers that the server itself sets.
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

/// A string or an array of strings, none of them empty.
std::vector<std::string> read_strings(const json& value, const std::string& path,
                                      const Source& source) {
    const auto is_good = [](const json& one) { return one.is_string() && one != ""; };
    if (is_good(value)) return {value.get<std::string>()};
    if (value.is_array() && std::ranges::all_of(value, is_good)) {
        return value.get<std::vector<std::string>>();
    }
    source.report(path, "must be a string or an array of strings, none of them empty");
    return {};
}

WebhookEndpoint read_webhook(const json& object, const std::string& path, const Source& source) {
    WebhookEndpoint endpoint;
    read_object(endpoint, object, path, source);
    if (!object.is_object()) return endpoint;
    if (!object.contains("url")) source.report(join_path(path, "url"), "is required");
    if (!object.contains("events")) source.report(join_path(path, "events"), "is required");
    if (!endpoint.tls_ca_file.empty()) {
        const auto problem = ca_file_problem(endpoint.tls_ca_file);
        if (problem) source.report(join_path(path, "tls_ca_file"), *problem);
    }
    // The path may be secret, so that the name has only a hash of it.
    const std::string origin = endpoint.url.origin();
    endpoint.name = fmt::format(
        "{}#{:08x}", origin, static_cast<std::uint32_t>(fnv1a(endpoint.url.target, fnv1a(origin))));
    return endpoint;
}

}  // namespace

void read_value(HttpUrl& url, const json& value, const std::string& path, const Source& source) {
    if (auto parsed = HttpUrl::parse(value.get_ref<const std::string&>())) {
        url = std::move(*parsed);
    } else {
        source.report(path, fmt::format("must be {}; {}", HttpUrl::form, parsed.error().what));
    }
}

void read_value(WebhookKinds& kinds, const json& values, const std::string& path,
                const Source& source) {
    for (const json& name : values) {
        if (const auto kind = webhook_kind(name.get_ref<const std::string&>())) kinds.add(*kind);
    }
    if (values.empty()) source.report(path, "must contain at least one event");
}

void read_value(ChannelFilter& filter, const json& value, const std::string& path,
                const Source& source) {
    report_unknown(value, {"prefix", "suffix", "exact"}, path, source);
    const auto read = [&](const char* name, std::vector<std::string>& list) {
        if (value.contains(name)) list = read_strings(value[name], join_path(path, name), source);
    };
    read("prefix", filter.prefixes);
    read("suffix", filter.suffixes);
    read("exact", filter.names);
}

/// Values may be secret: none is in an error.
void read_value(HttpHeaders& headers, const json& object, const std::string& path,
                const Source& source) {
    for (const auto& [name, value] : object.items()) {
        const std::string where = join_path(path, name);
        if (name.empty() || !std::ranges::all_of(name, is_token_char)) {
            source.report(where, "is not a valid header name");
        } else if (is_reserved(name)) {
            source.report(where, "is set by the server; remove it");
        } else if (!value.is_string() ||
                   !std::ranges::all_of(value.get_ref<const std::string&>(), is_value_char)) {
            source.report(where, "must be a string without line breaks and control characters");
        } else {
            headers.emplace_back(name, value.get<std::string>());
        }
    }
}

void read_value(std::vector<WebhookEndpoint>& endpoints, const json& values,
                const std::string& path, const Source& source) {
    std::map<std::string, unsigned> same;
    for (std::size_t i = 0; i < values.size(); ++i) {
        WebhookEndpoint& endpoint =
            endpoints.emplace_back(read_webhook(values[i], fmt::format("{}[{}]", path, i), source));
        const unsigned index = ++same[endpoint.name];
        if (index > 1) endpoint.name += fmt::format("-{}", index);
    }
}

}  // namespace carillon
