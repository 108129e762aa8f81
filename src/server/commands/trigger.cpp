#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "carillon/base/percent.hpp"
#include "client.hpp"
#include "commands.hpp"

namespace carillon {
namespace {

namespace http = boost::beast::http;

std::string body_of(const TriggerArguments& trigger) {
    nlohmann::ordered_json body = {{"name", trigger.event},
                                   {"channels", nlohmann::ordered_json::array({trigger.channel})},
                                   {"data", trigger.data}};
    if (!trigger.socket_id.empty()) body["socket_id"] = trigger.socket_id;
    return body.dump();
}

}  // namespace

int trigger_command(const ConfigurationSources& sources, const ClientArguments& client,
                    const TriggerArguments& trigger) {
    const Target target = parse_target(client.url);
    const auto credentials = find_credentials(sources, client, true);
    if (!credentials) return 1;

    const std::string path =
        fmt::format("{}/apps/{}/events", target.path, percent_encode(credentials->app_id));
    http::request<http::string_body> request{http::verb::post, path, 11};
    request.body() = body_of(trigger);
    request.target(path + '?' + signed_query(*credentials, "POST", path, request.body()));
    request.set(http::field::host, target.host_header());
    request.set(http::field::content_type, "application/json");
    request.keep_alive(false);
    request.prepare_payload();

    boost::asio::io_context io;
    auto socket = connect(io, target);
    http::write(socket, request);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(socket, buffer, response);

    const std::string& answer = response.body();
    std::cout << answer << (answer.ends_with('\n') ? "" : "\n");
    if (response.result() == http::status::ok) return 0;
    std::cerr << "carillon: the server answered " << response.result_int() << '\n';
    return 1;
}

}  // namespace carillon
