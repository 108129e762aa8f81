#include "draft.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "carillon/net/trusted_proxies.hpp"

namespace carillon {
namespace {

using nlohmann::json;

bool is_address(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
           inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

bool is_prefix_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"/-_.~"}.find(c) != std::string_view::npos;
}

bool is_path_prefix(std::string_view text) {
    return text.empty() ||
           (text.front() == '/' && text.back() != '/' && text.find("//") == text.npos &&
            std::ranges::all_of(text, is_prefix_char));
}

void read_listener(ListenOptions& listener, const json& object, const std::string& path,
                   const Source& source) {
    read_object(listener, object, path, source);
    if (listener.tls_certificate_file.empty() != listener.tls_key_file.empty()) {
        source.report(path, "tls_certificate_file and tls_key_file must be set together");
    }
    const bool given = object.is_object() && object.contains("address");
    if (!given || is_address(listener.address)) return;
    source.report(join_path(path, "address"),
                  fmt::format("must be an IPv4 or IPv6 address, but is \"{}\"", listener.address));
}

}  // namespace

void Draft::merge(const json& tree, const Source& source) {
    std::vector<std::string> others = {"listen", "apps"};
    Configuration::describe_sections([&](const char* name, auto member, const char*) {
        others.emplace_back(name);
        if (!tree.is_object() || !tree.contains(name)) return;
        read_object(configuration.*member, tree[name], name, source);
    });
    read_object(configuration, tree, "", source, others);
    if (!tree.is_object()) return;
    if (const auto listen = tree.find("listen"); listen != tree.end())
        merge_listen(*listen, source);
    if (const auto apps = tree.find("apps"); apps != tree.end()) apps_ = {*apps, source};
    if (tree.contains("apps_directory")) apps_directory_ = source;
    for (const std::string& range : configuration.http.trusted_proxies) {
        if (AddressRange::parse(range)) continue;
        source.report("http.trusted_proxies",
                      fmt::format("must contain addresses and ranges such as 10.0.0.0/8, but "
                                  "contains \"{}\"",
                                  range));
    }
    if (tree.contains("path_prefix") && !is_path_prefix(configuration.path_prefix)) {
        source.report("path_prefix",
                      "must be empty or a path such as /realtime: a leading slash, no trailing "
                      "slash, letters, digits and -_.~/");
    }
}

void Draft::merge_host(const json& host, const Source& source) {
    if (configuration.default_listen) configuration.listen.resize(1);
    configuration.default_listen = false;
    read_listener(configuration.listen.front(), {{"address", host}}, "listen[0]", source);
}

void Draft::merge_port(const json& port, const Source& source) {
    auto& listen = configuration.listen;
    read_listener(listen.front(), {{"port", port}}, "listen[0]", source);
    if (configuration.default_listen) listen.back().port = listen.front().port;
}

void Draft::merge_listen(const json& listen, const Source& source) {
    if (!listen.is_array() || listen.empty()) {
        return source.report("listen",
                             "must be an array of at least one {\"address\": …, \"port\": …}");
    }
    configuration.default_listen = false;
    configuration.listen.assign(listen.size(), {});
    for (std::size_t i = 0; i < listen.size(); ++i) {
        read_listener(configuration.listen[i], listen[i], fmt::format("listen[{}]", i), source);
    }
}

std::vector<SourcedApp> Draft::read_configured_apps() const {
    std::vector<SourcedApp> apps;
    if (apps_) read_apps(apps_->value, configuration.limits, apps_->source, apps);
    if (!configuration.apps_directory.empty()) {
        read_apps_directory(configuration.apps_directory, configuration.limits, *apps_directory_,
                            apps);
    }
    return apps;
}

}  // namespace carillon
