#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "carillon/config/load_configuration.hpp"
#include "commands.hpp"

namespace carillon {

/// The server that a client command talks to: the parts of its --url.
struct Target {
    std::string host;
    std::uint16_t port;
    std::string path;  ///< a prefix, no slash at the end; may be empty

    [[nodiscard]] std::string host_header() const;
};

/// Throws std::runtime_error if `text` is not http://HOST[:PORT][/PATH] (or ws://).
[[nodiscard]] Target parse_target(std::string_view text);

/// Resolves and connects, blocking. Throws std::runtime_error that names the target.
[[nodiscard]] boost::asio::ip::tcp::socket connect(boost::asio::io_context& io,
                                                   const Target& target);

struct ClientCredentials {
    std::string app_id;
    std::string key;
    std::string secret;
};

/// The credentials of the arguments, completed by those of the first configured app that matches
/// them. Nothing if there is none; the reasons are then on standard error.
[[nodiscard]] std::optional<ClientCredentials> find_credentials(const ConfigurationSources& sources,
                                                                const ClientArguments& client,
                                                                bool needs_app_id);

/// The query of a signed REST request, the key escaped. `parameters` are further ones, sorted, each
/// with a `&` in front. Source: wire.md 5.2.
[[nodiscard]] std::string signed_query(const ClientCredentials& credentials,
                                       std::string_view method, std::string_view path,
                                       std::string_view body, std::string_view parameters = {});

}  // namespace carillon
