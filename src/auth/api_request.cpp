#include "carillon/auth/api_request.hpp"

#include <algorithm>
#include <ctime>
#include <vector>

#include "carillon/auth/signature.hpp"
#include "carillon/base/parse_integer.hpp"
#include "carillon/base/percent.hpp"

namespace carillon {
namespace {

ApiRefusal refuse(std::string text) {
    text += '\n';
    return {401, std::move(text)};
}

std::string lower_case(std::string_view text) {
    std::string out{text};
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    }
    return out;
}

/// SDKs sign the method in upper case.
std::string upper_case(std::string_view text) {
    std::string out{text};
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c & ~0x20);
    }
    return out;
}

const Credential* find_credential(std::span<const Credential> credentials, std::string_view key) {
    const auto found = std::ranges::find(credentials, key, &Credential::key);
    return found == credentials.end() ? nullptr : &*found;
}

constexpr std::int64_t last_printable_second = 253402300799;  // The end of the year 9999.

/// Unix seconds, clamped to years of four digits. A fraction (`microtime(true)`, `Date.now() /
/// 1000`) is dropped.
std::optional<std::int64_t> parse_timestamp(std::string_view text) {
    const std::size_t point = text.find('.');
    if (point != std::string_view::npos) {
        const std::string_view fraction = text.substr(point + 1);
        const bool is_digits = fraction.find_first_not_of("0123456789") == fraction.npos;
        if (fraction.empty() || !is_digits) return std::nullopt;
    }
    const auto seconds = parse_integer<std::int64_t>(text.substr(0, point));
    if (!seconds) return std::nullopt;
    return std::clamp<std::int64_t>(*seconds, 0, last_printable_second);
}

std::string utc_text(std::int64_t unix_seconds) {
    const std::time_t time = std::clamp<std::int64_t>(unix_seconds, 0, last_printable_second);
    std::tm parts{};
    gmtime_r(&time, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

/// Appends `text` for people to read: at most 1024 bytes, in one line, newlines as `\n`.
void append_echo(std::string& out, std::string_view text) {
    constexpr std::size_t echo_bytes_max = 1024;
    const bool whole = text.size() <= echo_bytes_max;
    for (const char c : text.substr(0, echo_bytes_max)) {
        if (c == '\n') {
            out += "\\n";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
            out += '?';
        } else {
            out += c;
        }
    }
    if (!whole) out += "...";
}

/// The forms of a parameter's value that SDKs are known to sign.
enum class ValueForm { decoded, raw, plus_as_space };

std::string value_in_form(const Query::Parameter& parameter, ValueForm form) {
    if (form == ValueForm::raw) return std::string{parameter.raw_value};
    std::string value = parameter.value;
    if (form == ValueForm::plus_as_space) {
        std::string spaced{parameter.raw_value};
        std::ranges::replace(spaced, '+', ' ');
        value = percent_decode(spaced);
    }
    return value;
}

/// The third line of the signed text.
std::string signed_parameters(const Query& query, ValueForm form) {
    struct Line {
        std::string name, value;
    };
    std::vector<Line> lines;
    for (const Query::Parameter& parameter : query.parameters()) {
        std::string name = lower_case(parameter.name);
        if (name == "auth_signature") continue;
        lines.push_back({std::move(name), value_in_form(parameter, form)});
    }
    std::ranges::stable_sort(lines, {}, &Line::name);
    std::string out;
    for (const Line& line : lines) {
        if (!out.empty()) out += '&';
        out += line.name;
        out += '=';
        out += line.value;
    }
    return out;
}

/// The forms of the path that SDKs are known to sign, the most frequent first, without duplicates.
std::vector<std::string> signed_paths(std::string_view path, std::string_view prefix) {
    std::vector<std::string> paths;
    const auto add = [&paths](std::string candidate) {
        if (std::ranges::find(paths, candidate) == paths.end()) {
            paths.push_back(std::move(candidate));
        }
    };
    add(std::string{path});
    add(percent_decode(path));
    std::string_view rest = path;
    if (!prefix.empty() && rest.starts_with(prefix)) rest.remove_prefix(prefix.size());
    // "/ws/" in front of "/apps" leaves two slashes.
    while (rest.starts_with("//")) rest.remove_prefix(1);
    if (rest.size() == path.size()) return paths;
    add(std::string{rest});
    add(percent_decode(rest));
    return paths;
}

std::string signed_text(std::string_view method, std::string_view path,
                        std::string_view parameters) {
    std::string text = upper_case(method);
    text += '\n';
    text += path;
    text += '\n';
    text += parameters;
    return text;
}

std::optional<ApiRefusal> check_timestamp(const Query& query, std::int64_t now,
                                          std::int64_t window) {
    const auto given = parse_timestamp(query.find("auth_timestamp").value_or(""));
    if (!given) return refuse("Timestamp required");
    if (std::max(*given, now) - std::min(*given, now) < window) return std::nullopt;
    return refuse("Timestamp expired: Given timestamp (" + utc_text(*given) + ") not within " +
                  std::to_string(window) + "s of server time (" + utc_text(now) + ")");
}

std::optional<ApiRefusal> check_signature(const ApiRequest& request, std::string_view secret,
                                          std::string_view path_prefix) {
    const std::string_view given = request.query.find("auth_signature").value_or("");
    const std::vector<std::string> paths = signed_paths(request.path, path_prefix);
    std::vector<std::string> tried;
    for (const ValueForm form : {ValueForm::decoded, ValueForm::raw, ValueForm::plus_as_space}) {
        std::string parameters = signed_parameters(request.query, form);
        if (std::ranges::find(tried, parameters) != tried.end()) continue;
        for (const std::string& path : paths) {
            const std::string text = signed_text(request.method, path, parameters);
            if (is_hex_digest(given, hmac_sha256_hex(secret, text))) return std::nullopt;
        }
        tried.push_back(std::move(parameters));
    }
    std::string text = "Invalid signature: you should have sent HmacSHA256Hex(\"";
    append_echo(text, signed_text(request.method, paths.front(), tried.front()));
    text += "\", your_secret_key), but you sent \"";
    append_echo(text, given);
    text += '"';
    // The request itself may contain the secret, in a parameter.
    if (contains_in_constant_time(text, secret)) return refuse("Invalid signature");
    return refuse(std::move(text));
}

std::optional<ApiRefusal> check_body_md5(const ApiRequest& request) {
    const auto given = request.query.find("body_md5");
    if (!given) {
        if (request.body.empty()) return std::nullopt;
        return refuse("Missing parameter: body_md5");
    }
    if (is_hex_digest(*given, md5_hex(request.body))) return std::nullopt;
    return refuse("Invalid body_md5: it is not the MD5 of the body that arrived");
}

}  // namespace

std::optional<ApiRefusal> check_api_head(const ApiRequest& request,
                                         std::span<const Credential> credentials,
                                         std::int64_t now_unix_seconds, std::int64_t window_seconds,
                                         std::string_view path_prefix) {
    const auto key = request.query.find("auth_key");
    if (!key) return refuse("Missing parameter: auth_key");
    const Credential* const credential = find_credential(credentials, *key);
    if (!credential) return refuse("Unknown auth_key");

    const auto version = request.query.find("auth_version");
    if (!version) return refuse("Version required");
    if (*version != "1.0") return refuse("Version not supported");

    if (auto refusal = check_timestamp(request.query, now_unix_seconds, window_seconds)) {
        return refusal;
    }
    return check_signature(request, credential->secret, path_prefix);
}

std::optional<ApiRefusal> check_api_request(const ApiRequest& request,
                                            std::span<const Credential> credentials,
                                            std::int64_t now_unix_seconds,
                                            std::int64_t window_seconds,
                                            std::string_view path_prefix) {
    auto refusal =
        check_api_head(request, credentials, now_unix_seconds, window_seconds, path_prefix);
    return refusal ? std::move(refusal) : check_body_md5(request);
}

}  // namespace carillon
