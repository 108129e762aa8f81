#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/http_answer.hpp"
#include "support/raw_socket.hpp"

namespace carillon::test {

/// One fallback session as pusher-js would hold it, request by request, over sockets of its own.
struct FallbackPath {
    std::string session = "123/abcdefgh";
    std::string key = "app-key";

    [[nodiscard]] std::string request(std::string_view action, std::string_view body = {}) const;
};

/// The answer to `xhr` or `xhr_send` on `socket`, which stays open.
HttpAnswer ask(RawSocket& socket, const FallbackPath& path, std::string_view action,
               std::string_view body = {});

/// One message as `xhr_send` takes it.
[[nodiscard]] std::string send_body(const std::vector<nlohmann::json>& messages);

/// The lines of an answer. Throws if it is no sequence of lines.
[[nodiscard]] std::vector<std::string> lines_of(std::string_view body);

/// The messages in an `a` line, parsed; empty for other lines.
[[nodiscard]] std::vector<nlohmann::json> messages_of(std::string_view line);

/// An `xhr_streaming` request and the answer that does not end.
class FallbackStreamClient {
public:
    /// Sends the request and reads the header of the answer.
    FallbackStreamClient(std::uint16_t port, const FallbackPath& path);

    [[nodiscard]] const HttpAnswer& head() const noexcept { return head_; }
    /// The next line, with its end; nothing at the end of the answer.
    [[nodiscard]] std::optional<std::string> line();
    /// Passes over lines until a message of that name comes.
    nlohmann::json receive(std::string_view event);
    [[nodiscard]] RawSocket& socket() noexcept { return socket_; }

private:
    RawSocket socket_;
    HttpAnswer head_;
    std::string unread_;
    std::vector<nlohmann::json> waiting_;
};

}  // namespace carillon::test
