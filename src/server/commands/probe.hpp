#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "client.hpp"

namespace carillon {

/// A message without what differs by nature between two runs: socket ids become SOCKET, keys are
/// sorted, and text that is JSON is shown as JSON.
[[nodiscard]] std::string normalized(std::string_view message, std::string_view socket_id);

/// A client of the protocol that records what it is sent. Blocks, at most three seconds per call;
/// what goes wrong is part of the record.
class ProbeClient {
public:
    /// Connects to `/app/KEY` with `query` behind it, and waits for the first message.
    ProbeClient(const Target& target, std::string_view key, std::string_view query);
    ~ProbeClient();
    ProbeClient(const ProbeClient&) = delete;
    ProbeClient& operator=(const ProbeClient&) = delete;

    /// Empty until the server has accepted the connection.
    [[nodiscard]] const std::string& socket_id() const noexcept { return socket_id_; }

    void send(std::string_view message);
    void subscribe(const nlohmann::json& data);

    /// Sends a ping, and returns what the server has sent until the pong, normalized, one message
    /// each; `closed CODE` if it has closed the connection instead.
    [[nodiscard]] std::vector<std::string> take_messages();

private:
    void read_until_pong();
    void read_next();
    void take(const std::string& message);
    void run();

    boost::asio::io_context io_;
    boost::beast::websocket::stream<boost::beast::tcp_stream> stream_{io_};
    boost::beast::flat_buffer buffer_;
    std::string socket_id_;
    std::vector<std::string> messages_;
    bool waits_for_first_ = true;
    bool is_closed_ = false;
};

/// The status and the body of the response, normalized; what went wrong if there is none.
[[nodiscard]] std::string request(const Target& target, std::string_view method,
                                  const std::string& path_and_query, const std::string& body);

}  // namespace carillon
