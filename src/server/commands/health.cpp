#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <iostream>
#include <string>

#include "carillon/net/listener.hpp"
#include "commands.hpp"

namespace carillon {
namespace {

namespace http = boost::beast::http;

constexpr std::chrono::seconds response_timeout{5};

/// Where the admin listener is reached from this machine.
Endpoint admin_endpoint(const AdminOptions& admin) {
    const auto address = boost::asio::ip::make_address(admin.address);
    if (!address.is_unspecified()) return {address, admin.port};
    return {boost::asio::ip::make_address(address.is_v6() ? "::1" : "127.0.0.1"), admin.port};
}

/// The status of `GET /ready`; 0 without an answer in time, with `error` set. Asynchronous only
/// because Beast's time-outs are.
unsigned request_readiness(const Endpoint& endpoint, boost::system::error_code& error) {
    boost::asio::io_context io;
    boost::beast::tcp_stream stream(io);
    http::request<http::empty_body> request{http::verb::get, "/ready", 11};
    request.set(http::field::host, to_text(endpoint));
    request.keep_alive(false);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    stream.expires_after(response_timeout);
    stream.async_connect(endpoint, [&](boost::system::error_code failure) {
        if ((error = failure)) return;
        http::async_write(stream, request, [&](boost::system::error_code failed, std::size_t) {
            if ((error = failed)) return;
            http::async_read(
                stream, buffer, response,
                [&](boost::system::error_code broken, std::size_t) { error = broken; });
        });
    });
    io.run();
    return error ? 0 : response.result_int();
}

}  // namespace

int health_command(const ConfigurationSources& sources) {
    auto loaded = load_configuration(sources);
    if (const auto* problems = std::get_if<ConfigurationProblems>(&loaded)) {
        return report(*problems);
    }
    const Endpoint endpoint = admin_endpoint(std::get<Configuration>(loaded).admin);
    boost::system::error_code error;
    const unsigned status = request_readiness(endpoint, error);
    if (status == 200) {
        std::cout << "ready\n";
        return 0;
    }
    std::cerr << "carillon: " << to_text(endpoint) << ": "
              << (error ? error.message() : "not ready, " + std::to_string(status)) << '\n';
    return 1;
}

}  // namespace carillon
