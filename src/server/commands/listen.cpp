#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "carillon/auth/subscription_token.hpp"
#include "carillon/base/percent.hpp"
#include "client.hpp"
#include "commands.hpp"

namespace carillon {
namespace {

namespace websocket = boost::beast::websocket;
using nlohmann::ordered_json;

constexpr const char* presence_data = R"({"user_id":"carillon-listen"})";

/// A client on one connection. Blocks; errors of the network and the WebSocket throw.
class ChannelListener {
public:
    ChannelListener(ClientCredentials credentials, const ListenArguments& arguments)
        : credentials_(std::move(credentials)), arguments_(arguments) {}

    /// Returns the exit status, once enough events are counted or the server has closed it.
    int run(const Target& target) {
        stream_.next_layer() = connect(io_, target);
        stream_.handshake(target.host_header(),
                          fmt::format("{}/app/{}?protocol=7&client=carillon-listen", target.path,
                                      percent_encode(credentials_.key)));
        while (!done_) {
            const ordered_json frame = read();
            if (frame.is_null()) return closed();
            if (!handle(frame)) return 1;
        }
        boost::system::error_code ignored;
        stream_.close(websocket::close_code::normal, ignored);
        return 0;
    }

private:
    /// The next message; null if the connection has been closed.
    ordered_json read() {
        boost::beast::flat_buffer buffer;
        boost::system::error_code error;
        stream_.read(buffer, error);
        if (error) {
            reason_ = error.message();
            return nullptr;
        }
        return ordered_json::parse(boost::beast::buffers_to_string(buffer.data()));
    }

    /// False if the server has reported an error.
    bool handle(const ordered_json& frame) {
        const auto event = frame.at("event").get<std::string>();
        if (event == "pusher:connection_established") {
            subscribe_all(ordered_json::parse(frame.at("data").get<std::string>()).at("socket_id"));
        } else if (event == "pusher:error") {
            std::cerr << "carillon: " << frame.at("data").dump() << '\n';
            return false;
        } else if (event == "pusher:ping") {
            send("pusher:pong", ordered_json::object());
        } else if (event != "pusher:pong") {
            print(frame, event);
        }
        return true;
    }

    void subscribe_all(const std::string& socket_id) {
        for (const std::string& channel : arguments_.channels) {
            ordered_json data = {{"channel", channel}};
            const bool presence = channel.starts_with("presence-");
            if (presence) data["channel_data"] = presence_data;
            if (presence || channel.starts_with("private-")) {
                const auto signed_data =
                    presence ? std::optional<std::string_view>{presence_data} : std::nullopt;
                data["auth"] = subscription_token({credentials_.key, credentials_.secret},
                                                  socket_id, channel, signed_data);
            }
            send("pusher:subscribe", data);
        }
    }

    void send(const char* event, const ordered_json& data) {
        const std::string text = ordered_json{{"event", event}, {"data", data}}.dump();
        stream_.write(boost::asio::buffer(text));
    }

    /// Serialized again rather than copied, so that each message is one line.
    void print(const ordered_json& frame, std::string_view event) {
        std::cout << frame.dump() << std::endl;
        if (event.starts_with("pusher:") || event.starts_with("pusher_internal:")) return;
        done_ = ++events_ == arguments_.count;
    }

    int closed() const {
        const auto& close = stream_.reason();
        std::cerr << "carillon: connection closed: ";
        if (close.code == websocket::close_code::none) {
            std::cerr << reason_ << '\n';
        } else {
            std::cerr << close.code << ' ' << close.reason.c_str() << '\n';
        }
        return 1;
    }

    ClientCredentials credentials_;
    const ListenArguments& arguments_;
    boost::asio::io_context io_;
    websocket::stream<boost::asio::ip::tcp::socket> stream_{io_};
    std::string reason_;
    std::uint64_t events_ = 0;
    bool done_ = false;
};

}  // namespace

int listen_command(const ConfigurationSources& sources, const ClientArguments& client,
                   const ListenArguments& listen) {
    const Target target = parse_target(client.url);
    const auto credentials = find_credentials(sources, client, false);
    if (!credentials) return 1;
    return ChannelListener{*credentials, listen}.run(target);
}

}  // namespace carillon
