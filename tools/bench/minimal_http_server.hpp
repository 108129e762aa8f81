#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "descriptor.hpp"

namespace carillon::bench {

/// Bytes of the request at the beginning of `text`, by its Content-Length; 0 while it is not whole.
[[nodiscard]] std::size_t request_size(std::string_view text) noexcept;

/// Does what any HTTP server must, and no more: accepts, reads to the end of a request, and answers
/// 200 with `{}`. For peers of ours, that send small requests one at a time.
class MinimalHttpServer {
public:
    /// Without `keep_alive` it closes after each answer.
    MinimalHttpServer(int listener, bool keep_alive);
    ~MinimalHttpServer();

    /// Waits until there is something to do, and does it; returns how many requests it answered.
    std::uint64_t turn();

private:
    struct Connection;

    void accept_waiting();
    std::uint64_t serve(Connection& connection);
    void close(Connection& connection);

    int listener_;
    bool keep_alive_;
    Descriptor epoll_;
    std::vector<std::unique_ptr<Connection>> connections_;  // By descriptor.
};

}  // namespace carillon::bench
