#include "support/rest_client.hpp"

#include <algorithm>
#include <cctype>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace carillon::test {

namespace asio = boost::asio;
namespace http = boost::beast::http;

struct RestClient::Connection {
    asio::io_context io;
    boost::beast::tcp_stream stream{io};
    boost::beast::flat_buffer buffer;

    /// Starts an operation with a time-out, which only asynchronous ones have, and waits for it.
    template <class Start>
    void complete(Start start) {
        boost::system::error_code error;
        stream.expires_after(patience);
        start([&error](boost::system::error_code result, auto&&...) { error = result; });
        io.restart();
        io.run();
        if (error) throw boost::system::system_error(error);
    }
};

RestClient::RestClient(std::uint16_t port, AppCredentials app)
    : app_(std::move(app)), connection_(std::make_unique<Connection>()) {
    connection_->stream.connect({asio::ip::address_v4::loopback(), port});
    connection_->stream.socket().set_option(asio::ip::tcp::no_delay(true));
}

RestClient::~RestClient() = default;

HttpAnswer RestClient::request(std::string_view method, const std::string& target,
                               std::string_view body) {
    http::request<http::string_body> request{http::string_to_verb({method.data(), method.size()}),
                                             target, 11};
    request.set(http::field::host, "localhost");
    request.body() = body;
    request.prepare_payload();
    http::response<http::string_body> response;
    Connection& connection = *connection_;
    connection.complete([&](auto done) { http::async_write(connection.stream, request, done); });
    connection.complete(
        [&](auto done) { http::async_read(connection.stream, connection.buffer, response, done); });
    HttpAnswer answer{.status = static_cast<int>(response.result_int()),
                      .body = std::move(response.body())};
    for (const auto& field : response) {
        std::string name(field.name_string());
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
        answer.headers[name] = std::string(field.value());
    }
    return answer;
}

HttpAnswer RestClient::get(std::string_view path, const std::map<std::string, std::string>& query) {
    return request(
        "GET", signed_target(app_, "GET", "/apps/" + app_.id + std::string(path), {}, query), {});
}

HttpAnswer RestClient::post(std::string_view path, std::string_view body) {
    return request("POST",
                   signed_target(app_, "POST", "/apps/" + app_.id + std::string(path), body), body);
}

void RestClient::trigger(std::string_view channel, std::string_view event, std::string_view data,
                         std::string_view socket_id) {
    nlohmann::json body{{"channel", channel}, {"name", event}, {"data", data}};
    if (!socket_id.empty()) body["socket_id"] = socket_id;
    const HttpAnswer answer = post("/events", body.dump());
    if (answer.status != 200) throw std::runtime_error("trigger: " + answer.body);
}

nlohmann::json RestClient::query(std::string_view path,
                                 const std::map<std::string, std::string>& query) {
    const HttpAnswer answer = get(path, query);
    if (answer.status != 200) throw std::runtime_error("query: " + answer.body);
    return nlohmann::json::parse(answer.body);
}

}  // namespace carillon::test
