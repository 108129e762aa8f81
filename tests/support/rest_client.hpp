#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "support/credentials.hpp"
#include "support/http_answer.hpp"

namespace carillon::test {

/// A backend: signed requests on one kept-alive connection, over Beast. Throws when the server does
/// not answer.
class RestClient {
public:
    explicit RestClient(std::uint16_t port, AppCredentials app = {});
    ~RestClient();

    /// `path` is below /apps/ID: "/channels".
    HttpAnswer get(std::string_view path, const std::map<std::string, std::string>& query = {});
    HttpAnswer post(std::string_view path, std::string_view body);

    /// `body` and its channel and name and data, as JSON; throws unless it is answered with 200.
    void trigger(std::string_view channel, std::string_view event, std::string_view data,
                 std::string_view socket_id = {});
    /// What GET answers, parsed; throws unless the status is 200.
    [[nodiscard]] nlohmann::json query(std::string_view path,
                                       const std::map<std::string, std::string>& query = {});

private:
    struct Connection;
    HttpAnswer request(std::string_view method, const std::string& target, std::string_view body);

    AppCredentials app_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace carillon::test
