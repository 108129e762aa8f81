#include "support/fallback_client.hpp"

#include <stdexcept>

namespace carillon::test {

using nlohmann::json;

std::string FallbackPath::request(std::string_view action, std::string_view body) const {
    std::string text = "POST /pusher/app/" + key + "/" + session + "/";
    text.append(action).append("?protocol=7&client=js&version=8.6.0&t=1&n=1 HTTP/1.1\r\n");
    text.append("Host: a\r\nOrigin: http://page.example\r\nContent-Type: application/json\r\n");
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    return text.append(body);
}

HttpAnswer ask(RawSocket& socket, const FallbackPath& path, std::string_view action,
               std::string_view body) {
    socket.send(path.request(action, body));
    return receive_answer(socket);
}

std::string send_body(const std::vector<json>& messages) {
    json body = json::array();
    for (const json& message : messages) body.push_back(message.dump());
    return body.dump();
}

std::vector<std::string> lines_of(std::string_view body) {
    std::vector<std::string> lines;
    while (!body.empty()) {
        const std::size_t end = body.find('\n');
        if (end == std::string_view::npos) throw std::runtime_error("half a line");
        lines.emplace_back(body.substr(0, end));
        body.remove_prefix(end + 1);
    }
    return lines;
}

std::vector<json> messages_of(std::string_view line) {
    std::vector<json> messages;
    if (!line.starts_with('a')) return messages;
    for (const json& message : json::parse(line.substr(1))) {
        messages.push_back(json::parse(message.get<std::string>()));
    }
    return messages;
}

FallbackStreamClient::FallbackStreamClient(std::uint16_t port, const FallbackPath& path)
    : socket_(port) {
    socket_.send(path.request("xhr_streaming"));
    head_ = receive_answer(socket_, false);
}

std::optional<std::string> FallbackStreamClient::line() {
    std::size_t end = 0;
    while ((end = unread_.find('\n')) == std::string::npos) {
        const std::size_t size = std::stoul(socket_.receive_through("\r\n"), nullptr, 16);
        unread_ += socket_.receive_exactly(size);
        if (socket_.receive_exactly(2) != "\r\n") throw std::runtime_error("no chunk");
        if (size == 0) return std::nullopt;
    }
    std::string line = unread_.substr(0, end + 1);
    unread_.erase(0, end + 1);
    return line;
}

json FallbackStreamClient::receive(std::string_view event) {
    for (;;) {
        while (!waiting_.empty()) {
            const json message = waiting_.front();
            waiting_.erase(waiting_.begin());
            if (message.at("event") == event) return message;
        }
        const auto next = line();
        if (!next) throw std::runtime_error("the answer ended");
        waiting_ = messages_of(lines_of(*next).at(0));
    }
}

}  // namespace carillon::test
