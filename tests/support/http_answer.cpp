#include "support/http_answer.hpp"

#include <algorithm>
#include <stdexcept>

namespace carillon::test {

std::string HttpAnswer::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
}

HttpAnswer receive_answer(RawSocket& socket, bool has_body) {
    HttpAnswer answer;
    const std::string status_line = socket.receive_through("\r\n");
    if (!status_line.starts_with("HTTP/1.1 ")) throw std::runtime_error("no HTTP: " + status_line);
    answer.status = std::stoi(status_line.substr(9, 3));
    for (;;) {
        const std::string line = socket.receive_through("\r\n");
        if (line == "\r\n") break;
        const std::size_t colon = line.find(": ");
        std::string name = line.substr(0, colon);
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        });
        answer.headers[name] = line.substr(colon + 2, line.size() - colon - 4);
    }
    const std::string length = answer.header("content-length");
    if (has_body && !length.empty()) answer.body = socket.receive_exactly(std::stoul(length));
    return answer;
}

}  // namespace carillon::test
