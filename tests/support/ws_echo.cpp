#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "support/echo_server.hpp"

int main(int argc, char** argv) {
    std::uint16_t port = 9001;
    std::uint32_t max_message_bytes = 16U << 20U;
    CLI::App app{"A WebSocket echo server for conformance suites", "carillon-ws-echo"};
    app.add_option("--port", port, "TCP port on 127.0.0.1; 0 lets the system choose")
        ->capture_default_str();
    app.add_option("--max-message-bytes", max_message_bytes, "Larger messages are closed with 1009")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        carillon::test::EchoServer server(port, max_message_bytes);
        std::cout << "listening on " << carillon::to_text(server.endpoint()) << std::endl;
        server.run();
    } catch (const std::exception& failure) {
        std::cerr << "carillon-ws-echo: " << failure.what() << "\n";
        return 1;
    }
}
