#include "client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <chrono>
#include <iostream>
#include <stdexcept>

#include "carillon/auth/signature.hpp"
#include "carillon/base/percent.hpp"
#include "carillon/base/url.hpp"

namespace carillon {

namespace asio = boost::asio;

std::string Target::host_header() const {
    return host_and_port(host, port);
}

Target parse_target(std::string_view text) {
    const auto refuse = [](std::string_view why) {
        return std::runtime_error(fmt::format("--url: must be http://HOST[:PORT][/PATH]; {}", why));
    };
    const auto url = Url::parse(text);
    if (!url) throw refuse(url.error().what);
    if (url->scheme == "https" || url->scheme == "wss") {
        throw refuse("the client commands do not support TLS, use the plain port");
    }
    if (url->scheme != "http" && url->scheme != "ws")
        throw refuse("the scheme must be http or ws, in lower case");
    if (url->has_user_info) throw refuse("a user name or password is not allowed");
    if (!url->query.empty()) throw refuse("a query (?) is not allowed");
    Target target{url->host, url->port.value_or(80), url->path};
    while (target.path.ends_with('/')) target.path.pop_back();
    return target;
}

asio::ip::tcp::socket connect(asio::io_context& io, const Target& target) {
    asio::ip::tcp::resolver resolver(io);
    asio::ip::tcp::socket socket(io);
    boost::system::error_code error;
    const auto endpoints = resolver.resolve(target.host, std::to_string(target.port), error);
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

std::string signed_query(const ClientCredentials& credentials, std::string_view method,
                         std::string_view path, std::string_view body,
                         std::string_view parameters) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto rest = fmt::format("&auth_timestamp={}&auth_version=1.0&body_md5={}{}",
                                  std::chrono::duration_cast<std::chrono::seconds>(now).count(),
                                  md5_hex(body), parameters);
    // The key is signed as it is, but escaped in the query.
    const auto text = fmt::format("{}\n{}\nauth_key={}{}", method, path, credentials.key, rest);
    return fmt::format("auth_key={}{}&auth_signature={}", percent_encode(credentials.key), rest,
                       hmac_sha256_hex(credentials.secret, text));
}

}  // namespace carillon
