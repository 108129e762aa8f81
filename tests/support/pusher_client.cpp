#include "support/pusher_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "support/raw_socket.hpp"

namespace carillon::test {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using Json = nlohmann::json;

struct PusherClient::Connection {
    asio::io_context io;
    websocket::stream<boost::beast::tcp_stream> stream{io};
    boost::beast::flat_buffer buffer;

    /// Starts an operation with a time-out, which only asynchronous ones have, and waits for it.
    template <class Start>
    boost::system::error_code complete(Start start) {
        boost::system::error_code error;
        stream.next_layer().expires_after(patience);
        start([&error](boost::system::error_code result, auto&&...) { error = result; });
        io.restart();
        io.run();
        return error;
    }

    template <class Start>
    void succeed(Start start) {
        if (const auto error = complete(start)) throw boost::system::system_error(error);
    }
};

PusherClient::PusherClient(std::uint16_t port, AppCredentials app)
    : app_(std::move(app)), connection_(std::make_unique<Connection>()) {
    auto& stream = connection_->stream;
    stream.next_layer().connect({asio::ip::address_v4::loopback(), port});
    stream.next_layer().socket().set_option(asio::ip::tcp::no_delay(true));
    const std::string target = "/app/" + app_.key + "?protocol=7&client=test";
    connection_->succeed([&](auto done) { stream.async_handshake("localhost", target, done); });
    socket_id_ = Json::parse(receive("pusher:connection_established").data).at("socket_id");
}

PusherClient::PusherClient(PusherClient&&) noexcept = default;
PusherClient::~PusherClient() = default;

void PusherClient::send_text(std::string_view text) {
    connection_->succeed([&](auto done) {
        connection_->stream.async_write(asio::buffer(text.data(), text.size()), done);
    });
}

void PusherClient::client_event(std::string_view channel, std::string_view event,
                                std::string_view data) {
    send_text(Json{{"event", event}, {"channel", channel}, {"data", data}}.dump());
}

std::string PusherClient::subscribe(std::string_view channel,
                                    const std::optional<std::string>& channel_data) {
    send_text(subscribe_message(app_, socket_id_, channel, channel_data));
    for (;;) {
        ReceivedEvent event = receive("pusher_internal:subscription_succeeded");
        if (event.channel == channel) return std::move(event.data);
    }
}

std::string PusherClient::join(std::string_view channel, std::string_view user_id) {
    return subscribe(channel, Json{{"user_id", user_id}}.dump());
}

ReceivedEvent PusherClient::receive() {
    auto& buffer = connection_->buffer;
    buffer.clear();
    connection_->succeed([&](auto done) { connection_->stream.async_read(buffer, done); });
    const Json message =
        Json::parse(static_cast<const char*>(buffer.data().data()),
                    static_cast<const char*>(buffer.data().data()) + buffer.size());
    const Json& data = message.at("data");
    return {.name = message.at("event"),
            .channel = message.value("channel", ""),
            .data = data.is_string() ? data.get<std::string>() : data.dump(),
            .user_id = message.value("user_id", "")};
}

ReceivedEvent PusherClient::receive(std::string_view name) {
    for (;;) {
        ReceivedEvent event = receive();
        if (event.name == name) return event;
    }
}

ReceivedClose PusherClient::receive_close() {
    for (;;) {
        connection_->buffer.clear();
        const auto error = connection_->complete(
            [&](auto done) { connection_->stream.async_read(connection_->buffer, done); });
        if (!error) continue;
        if (error != websocket::error::closed) throw boost::system::system_error(error);
        const auto& reason = connection_->stream.reason();
        return {reason.code, std::string(reason.reason.data(), reason.reason.size())};
    }
}

void PusherClient::close() {
    connection_->succeed(
        [&](auto done) { connection_->stream.async_close(websocket::close_code::normal, done); });
}

}  // namespace carillon::test
