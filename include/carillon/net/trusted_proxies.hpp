#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon {

/// A range of addresses: "10.0.0.0/8", "::1/128", or one address.
class AddressRange {
public:
    /// Nothing if `text` is not an address, or an address with the length of a prefix.
    [[nodiscard]] static std::optional<AddressRange> parse(std::string_view text);
    /// An IPv4 address in its IPv6 form (::ffff:1.2.3.4) counts as IPv4.
    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

private:
    explicit AddressRange(const boost::asio::ip::network_v6& network) : network_(network) {}

    boost::asio::ip::network_v6 network_;  ///< of IPv4 addresses: in their IPv6 form
};

/// The client's address, and whether the client's connection is encrypted, as far as trusted
/// proxies report them.
struct RequestOrigin {
    boost::asio::ip::address address;
    bool secure = false;
    bool unreadable = false;  ///< an entry that counts cannot be parsed
};

/// The proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted. Any client can send these
/// headers, so only entries that a trusted proxy has appended count. Immutable; any thread.
class TrustedProxies {
public:
    /// `ranges`: as `AddressRange::parse` accepts them, which the configuration has checked.
    explicit TrustedProxies(const std::vector<std::string>& ranges);

    /// Whether the headers of this peer are trusted.
    [[nodiscard]] bool trusts(const boost::asio::ip::address& address) const;

    /// `forwarded_for`: all lines of X-Forwarded-For as one list. Each proxy appends the address of
    /// its peer, with or without a port, so the list is read from the right, and the first entry
    /// that is not a trusted proxy is the client. An entry that is empty or cannot be parsed ends
    /// this: the client counts as the last trusted proxy. `forwarded_proto`: all lines of
    /// X-Forwarded-Proto as one list, schemes in any case. The entry that counts is at the client's
    /// position in `forwarded_for`, from the right; of a shorter list it is the first. An entry
    /// that cannot be parsed means unencrypted.
    [[nodiscard]] RequestOrigin origin(const RequestOrigin& peer, std::string_view forwarded_for,
                                       std::string_view forwarded_proto) const;

private:
    std::vector<AddressRange> ranges_;
};

}  // namespace carillon
