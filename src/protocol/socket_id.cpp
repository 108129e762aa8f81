#include "carillon/protocol/socket_id.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "carillon/base/parse_integer.hpp"

namespace carillon {
namespace {

bool is_digits(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// nullopt for digits that `SocketId::text` never prints for a connection.
std::optional<std::uint64_t> read_part(std::string_view digits) noexcept {
    if (digits.front() == '0') return std::nullopt;
    return parse_integer<std::uint64_t>(digits);
}

}  // namespace

Result<SocketId> SocketId::parse(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || !is_digits(text.substr(0, dot)) ||
        !is_digits(text.substr(dot + 1))) {
        return Error{Errc::bad_socket_id,
                     "Invalid socket_id: expected two numbers with a dot between them"};
    }
    const auto first = read_part(text.substr(0, dot));
    const auto second = read_part(text.substr(dot + 1));
    if (!first || !second) return SocketId{};
    return SocketId{*first, *second};
}

void SocketId::append_to(std::string& out) const {
    char buffer[41];  // Two numbers of 20 digits and the dot.
    char* end = std::to_chars(buffer, buffer + 20, first).ptr;
    *end++ = '.';
    end = std::to_chars(end, buffer + sizeof buffer, second).ptr;
    out.append(buffer, end);
}

std::string SocketId::text() const {
    std::string out;
    append_to(out);
    return out;
}

}  // namespace carillon
