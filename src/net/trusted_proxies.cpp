#include "carillon/net/trusted_proxies.hpp"

#include <algorithm>
#include <charconv>

namespace carillon {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

address_v6 as_v6(const address& any) {
    return any.is_v6() ? any.to_v6()
                       : boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, any.to_v4());
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    boost::system::error_code error;
    const address base = boost::asio::ip::make_address(std::string(text.substr(0, slash)), error);
    if (error) return std::nullopt;
    const unsigned width = base.is_v4() ? 32 : 128;
    unsigned bits = width;
    if (slash != std::string_view::npos) {
        const std::string_view digits = text.substr(slash + 1);
        const auto [end, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        if (failure != std::errc{} || end != digits.data() + digits.size() || bits > width) {
            return std::nullopt;
        }
    }
    AddressRange range;
    range.prefix_ = as_v6(base).to_bytes();
    range.bits_ = bits + (128 - width);
    return range;
}

bool AddressRange::contains(const address& candidate) const {
    const auto bytes = as_v6(candidate).to_bytes();
    const std::size_t whole = bits_ / 8;
    if (!std::equal(bytes.begin(), bytes.begin() + whole, prefix_.begin())) return false;
    const unsigned rest = bits_ % 8;
    return rest == 0 || ((bytes[whole] ^ prefix_[whole]) >> (8 - rest)) == 0;
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
    while (!forwarded_for.empty() && trusts(origin.address)) {
        const std::size_t comma = forwarded_for.rfind(',');
        const std::size_t from = comma == std::string_view::npos ? 0 : comma + 1;
        boost::system::error_code error;
        const address before =
            boost::asio::ip::make_address(std::string(trimmed(forwarded_for.substr(from))), error);
        if (error) break;
        origin.address = before;
        forwarded_for = comma == std::string_view::npos ? "" : forwarded_for.substr(0, comma);
    }
    const std::string_view proto = trimmed(forwarded_proto.substr(0, forwarded_proto.find(',')));
    if (!proto.empty()) origin.secure = proto == "https" || proto == "wss";
    return origin;
}

}  // namespace carillon
