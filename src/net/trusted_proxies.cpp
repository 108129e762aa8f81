#include "carillon/net/trusted_proxies.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <cstddef>

#include "carillon/base/parse_integer.hpp"

namespace carillon {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;
using boost::asio::ip::network_v6;

address_v6 as_v6(const address& any) {
    return any.is_v6() ? any.to_v6()
                       : boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, any.to_v4());
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view unquoted(std::string_view text) {
    const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    return quoted ? text.substr(1, text.size() - 2) : text;
}

/// A comma-separated list, read from right to left. A blank list has no entry; an empty entry
/// beside others is one.
class ReversedList {
public:
    explicit ReversedList(std::string_view text) : rest_(text), ended_(trimmed(text).empty()) {}

    std::optional<std::string_view> next() {
        if (ended_) return std::nullopt;
        const std::size_t comma = rest_.rfind(',');
        ended_ = comma == std::string_view::npos;
        const std::string_view entry = ended_ ? rest_ : rest_.substr(comma + 1);
        if (!ended_) rest_ = rest_.substr(0, comma);
        return unquoted(trimmed(entry));
    }

private:
    std::string_view rest_;
    bool ended_;
};

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Normalised, so that a client has one address: IPv4 in IPv6 form becomes IPv4, zones are removed.
std::optional<address> parse_address(std::string_view text) {
    const std::string_view without_zone =
        text.find(':') == std::string_view::npos ? text : text.substr(0, text.find('%'));
    boost::system::error_code error;
    const address parsed = boost::asio::ip::make_address(std::string(without_zone), error);
    if (error) return std::nullopt;
    if (parsed.is_v4() || !parsed.to_v6().is_v4_mapped()) return parsed;
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, parsed.to_v6());
}

/// `1.2.3.4`, `2001:db8::1`, `[2001:db8::1]`, and with a port `1.2.3.4:567`, `[2001:db8::1]:443`,
/// which the load balancers of Azure and AWS send.
std::optional<address> parse_entry(std::string_view entry) {
    std::string_view host = entry;
    std::string_view port;
    if (entry.starts_with('[')) {
        const std::size_t bracket = entry.find(']');
        if (bracket == std::string_view::npos) return std::nullopt;
        host = entry.substr(1, bracket - 1);
        port = entry.substr(bracket + 1);
        if (host.find(':') == std::string_view::npos) return std::nullopt;
    } else if (std::ranges::count(entry, ':') == 1) {
        host = entry.substr(0, entry.find(':'));
        port = entry.substr(host.size());
    }
    if (!port.empty() && (port.front() != ':' || !is_port(port.substr(1)))) return std::nullopt;
    return parse_address(host);
}

std::optional<bool> parse_secure(std::string_view scheme) {
    const auto is = [scheme](std::string_view known) {
        return boost::beast::iequals(scheme, known);
    };
    if (is("https") || is("wss")) return true;
    if (is("http") || is("ws")) return false;
    return std::nullopt;
}

/// `place`: position from the right, 1 is the last. Nothing if the list is empty.
std::optional<std::string_view> entry_at(std::string_view list, std::size_t place) {
    ReversedList entries(list);
    std::optional<std::string_view> entry;
    while (place-- > 0) {
        const auto before = entries.next();
        if (!before) break;
        entry = before;
    }
    return entry;
}

}  // namespace

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    boost::system::error_code error;
    const address base = boost::asio::ip::make_address(std::string(text.substr(0, slash)), error);
    if (error) return std::nullopt;
    const unsigned width = base.is_v4() ? 32 : 128;
    const auto bits = slash == std::string_view::npos
                          ? std::optional(width)
                          : parse_integer<unsigned>(text.substr(slash + 1));
    if (!bits || *bits > width) return std::nullopt;
    return AddressRange(
        network_v6(as_v6(base), static_cast<unsigned short>(*bits + (128 - width))));
}

bool AddressRange::contains(const address& candidate) const {
    // The prefix of a subnet is longer than that of its network: a range of one address has none.
    const network_v6 one(as_v6(candidate), 128);
    return one == network_ || one.is_subnet_of(network_);
}

TrustedProxies::TrustedProxies(const std::vector<std::string>& ranges) {
    for (const std::string& text : ranges) {
        if (const auto range = AddressRange::parse(text)) ranges_.push_back(*range);
    }
}

bool TrustedProxies::trusts(const address& candidate) const {
    return std::ranges::any_of(
        ranges_, [&](const AddressRange& range) { return range.contains(candidate); });
}

RequestOrigin TrustedProxies::origin(const RequestOrigin& peer, std::string_view forwarded_for,
                                     std::string_view forwarded_proto) const {
    if (!trusts(peer.address)) return peer;
    RequestOrigin origin = peer;
    ReversedList entries(forwarded_for);
    std::size_t place = 0;
    while (trusts(origin.address)) {
        const auto entry = entries.next();
        if (!entry) break;
        const auto before = parse_entry(*entry);
        // Entries further left may have been sent by the client.
        origin.unreadable = !before;
        if (!before) break;
        origin.address = *before;
        ++place;
    }
    // If the proxy sends no X-Forwarded-For, the last entry is the one that it has appended.
    if (const auto scheme = entry_at(forwarded_proto, std::max<std::size_t>(place, 1))) {
        const auto secure = parse_secure(*scheme);
        origin.secure = secure.value_or(false);
        origin.unreadable = origin.unreadable || !secure;
    }
    return origin;
}

}  // namespace carillon
