#include "upgrade_request.hpp"

#include <fmt/format.h>

namespace carillon::bench {

std::string upgrade_request(const BenchTarget& target, std::string_view host_field) {
    return fmt::format(
        "GET {}/app/{}?protocol=7&client=carillon-bench&version=1 HTTP/1.1\r\n"
        "Host: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n",
        target.path_prefix, target.credential.key, host_field, upgrade_key);
}

}  // namespace carillon::bench
