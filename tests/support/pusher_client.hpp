#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "support/credentials.hpp"

namespace carillon::test {

/// A message from the server.
struct ReceivedEvent {
    std::string name;
    std::string channel;  ///< "" if there is none
    std::string data;     ///< what the string holds; of an object its JSON text
    std::string user_id;  ///< "" if there is none
};

struct ReceivedClose {
    std::uint16_t code = 0;
    std::string reason = {};
};

/// A client on Beast's WebSocket, an implementation that is not ours. Blocking; throws when nothing
/// comes in time or the connection ends unexpectedly.
class PusherClient {
public:
    /// Connects and reads `pusher:connection_established`.
    explicit PusherClient(std::uint16_t port, AppCredentials app = {});
    PusherClient(PusherClient&&) noexcept;
    ~PusherClient();

    [[nodiscard]] const std::string& socket_id() const noexcept { return socket_id_; }

    void send_text(std::string_view text);
    void client_event(std::string_view channel, std::string_view event, std::string_view data);

    /// Subscribes and waits for the answer, passing over what else comes; returns its data.
    std::string subscribe(std::string_view channel,
                          const std::optional<std::string>& channel_data = {});
    /// As the user of this id.
    std::string join(std::string_view channel, std::string_view user_id);

    [[nodiscard]] ReceivedEvent receive();
    /// Passes over events of other names.
    ReceivedEvent receive(std::string_view name);
    /// Passes over events, until the server has closed the WebSocket and TCP.
    [[nodiscard]] ReceivedClose receive_close();

    /// Close handshake.
    void close();

private:
    struct Connection;

    AppCredentials app_;
    std::string socket_id_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace carillon::test
