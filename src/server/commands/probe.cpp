#include "probe.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "carillon/base/percent.hpp"

namespace carillon {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using nlohmann::json;

constexpr std::chrono::seconds patience{3};

/// Text that holds JSON becomes that JSON, at any depth.
void unfold(json& value) {
    if (value.is_string()) {
        json inner = json::parse(value.get<std::string>(), nullptr, false);
        if (inner.is_structured()) value = std::move(inner);
    }
    if (value.is_structured()) {
        for (json& child : value) unfold(child);
    }
}

}  // namespace

std::string normalized(std::string_view message, std::string_view socket_id) {
    json value = json::parse(message, nullptr, false);
    std::string text(message);
    if (!value.is_discarded()) {
        unfold(value);
        text = value.dump();
    }
    while (text.ends_with('\n')) text.pop_back();
    for (std::size_t at = 0; !socket_id.empty() && (at = text.find(socket_id, at)) != text.npos;) {
        text.replace(at, socket_id.size(), "SOCKET");
    }
    return text;
}

ProbeClient::ProbeClient(const Target& target, std::string_view key, std::string_view query) {
    beast::get_lowest_layer(stream_).socket() = connect(io_, target);
    const auto path = fmt::format("{}/app/{}{}", target.path, percent_encode(key), query);
    bool is_open = false;
    stream_.async_handshake(target.host_header(), path, [&](boost::system::error_code error) {
        is_open = !error;
        if (error) messages_.push_back("no WebSocket: " + error.message());
    });
    run();
    is_closed_ = !is_open;
    if (!is_open) return;
    read_next();
    run();
}

ProbeClient::~ProbeClient() {
    boost::system::error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
}

void ProbeClient::send(std::string_view message) {
    if (is_closed_) return;
    const std::string text(message);
    stream_.text(true);
    stream_.async_write(boost::asio::buffer(text), [](boost::system::error_code, std::size_t) {});
    run();
}

void ProbeClient::subscribe(const json& data) {
    send(json{{"event", "pusher:subscribe"}, {"data", data}}.dump());
}

std::vector<std::string> ProbeClient::take_messages() {
    if (!is_closed_) {
        send(R"({"event":"pusher:ping","data":{}})");
        read_until_pong();
    }
    return std::exchange(messages_, {});
}

void ProbeClient::read_until_pong() {
    while (!is_closed_) {
        read_next();
        run();
        if (!messages_.empty() && messages_.back().find("\"pusher:pong\"") != std::string::npos) {
            return messages_.pop_back();
        }
    }
}

void ProbeClient::read_next() {
    buffer_.clear();
    stream_.async_read(buffer_, [this](boost::system::error_code error, std::size_t) {
        if (!error) return take(beast::buffers_to_string(buffer_.data()));
        is_closed_ = true;
        messages_.push_back(error == websocket::error::closed
                                ? fmt::format("closed {}", stream_.reason().code)
                                : "connection lost: " + error.message());
    });
}

void ProbeClient::take(const std::string& message) {
    const json frame = json::parse(message, nullptr, false);
    if (std::exchange(waits_for_first_, false) && frame.is_object() &&
        frame.value("event", "") == "pusher:connection_established") {
        const json data = json::parse(frame.value("data", ""), nullptr, false);
        if (data.is_object()) socket_id_ = data.value("socket_id", "");
    }
    messages_.push_back(normalized(message, socket_id_));
}

/// Until the operations under way have ended, or for as long as this is worth waiting.
void ProbeClient::run() {
    io_.restart();
    io_.run_for(patience);
    if (io_.stopped()) return;
    messages_.emplace_back("nothing more in three seconds");
    const std::size_t recorded = messages_.size();
    is_closed_ = true;
    boost::system::error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
    io_.run();
    messages_.resize(recorded);  // Without what the closed socket has led to.
}

std::string request(const Target& target, std::string_view method,
                    const std::string& path_and_query, const std::string& body) {
    boost::asio::io_context io;
    beast::tcp_stream stream(connect(io, target));
    http::request<http::string_body> request;
    request.method_string({method.data(), method.size()});
    request.target(path_and_query);
    request.set(http::field::host, target.host_header());
    request.set(http::field::content_type, "application/json");
    request.keep_alive(false);
    request.body() = body;
    request.prepare_payload();
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    boost::system::error_code error;
    stream.expires_after(patience);
    http::async_write(stream, request, [&](boost::system::error_code failed, std::size_t) {
        if ((error = failed)) return;
        http::async_read(stream, buffer, response,
                         [&](boost::system::error_code broken, std::size_t) { error = broken; });
    });
    io.run();
    if (error) return "no response: " + error.message();
    return fmt::format("{} {}", response.result_int(), normalized(response.body(), ""));
}

}  // namespace carillon
