#include "client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <iostream>
#include <stdexcept>

#include "carillon/base/host_and_port.hpp"

namespace carillon {

namespace asio = boost::asio;

std::string Target::host_header() const {
    return fmt::format("{}:{}", host_in_url(host), port);
}

Target parse_target(std::string_view url) {
    const auto refuse = [url](std::string_view why) {
        return std::runtime_error(fmt::format("--url {}: {}", url, why));
    };
    if (url.starts_with("https://") || url.starts_with("wss://")) {
        throw refuse("TLS is not supported here, use the plain port");
    }
    if (!url.starts_with("http://") && !url.starts_with("ws://")) {
        throw refuse("not of the form http://HOST[:PORT][/PATH]");
    }
    const auto authority_begin = url.find("://") + 3;
    const auto slash = std::min(url.find('/', authority_begin), url.size());
    std::string_view authority = url.substr(authority_begin, slash - authority_begin);
    Target target{{}, "80", std::string(url.substr(slash))};
    while (target.path.ends_with('/')) target.path.pop_back();

    const auto bracket = authority.rfind(']');
    const auto colon = authority.rfind(':');
    if (colon != authority.npos && (bracket == authority.npos || colon > bracket)) {
        target.port = authority.substr(colon + 1);
        authority = authority.substr(0, colon);
    }
    if (authority.starts_with('[') && authority.ends_with(']')) {
        authority = authority.substr(1, authority.size() - 2);
    }
    target.host = authority;
    if (target.host.empty() || target.port.empty()) throw refuse("no host or port");
    return target;
}

asio::ip::tcp::socket connect(asio::io_context& io, const Target& target) {
    asio::ip::tcp::resolver resolver(io);
    asio::ip::tcp::socket socket(io);
    boost::system::error_code error;
    const auto endpoints = resolver.resolve(target.host, target.port, error);
    if (!error) asio::connect(socket, endpoints, error);
    if (!error) return socket;
    throw std::runtime_error(
        fmt::format("cannot connect to {}: {}", target.host_header(), error.message()));
}

std::optional<ClientCredentials> find_credentials(const ConfigurationSources& sources,
                                                  const ClientArguments& client,
                                                  bool needs_app_id) {
    ClientCredentials found{client.app_id, client.key, client.secret};
    const bool identified = !needs_app_id || !found.app_id.empty();
    if (identified && !found.key.empty() && !found.secret.empty()) return found;
    const auto loaded = load_configuration(sources);
    if (const auto* problems = std::get_if<ConfigurationProblems>(&loaded)) {
        report(*problems);
        return std::nullopt;
    }
    const auto& apps = std::get<Configuration>(loaded).apps;
    const auto fits = [&](const App& app) {
        return (client.app_id.empty() || client.app_id == app.id.get()) &&
               (client.key.empty() || app.find_credential(client.key) != nullptr);
    };
    const auto app = std::ranges::find_if(apps, fits);
    if (app == apps.end()) {
        std::cerr << "carillon: no configured app has this id and key; give --app-id, --key and "
                     "--secret\n";
        return std::nullopt;
    }
    const Credential& credential =
        client.key.empty() ? app->credentials.front() : *app->find_credential(client.key);
    found.app_id = app->id.get();
    found.key = credential.key;
    if (found.secret.empty()) found.secret = credential.secret;
    return found;
}

std::string percent_encode(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || std::string_view{"-_.~"}.find(c) != text.npos;
        if (plain) {
            encoded += c;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return encoded;
}

}  // namespace carillon
