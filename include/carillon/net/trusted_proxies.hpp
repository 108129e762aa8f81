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

/// The client's address, and whether the client's connection was encrypted, once proxies are taken
/// into account.
struct RequestOrigin {
    boost::asio::ip::address address;
    bool secure = false;
    bool unreadable = false;  ///< an entry that counted could not be read
};

/// The proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Anyone can write these
/// headers, so only what a trusted proxy has added to them counts.
class TrustedProxies {
public:
    /// `ranges` are well-formed; the configuration has checked.
    explicit TrustedProxies(const std::vector<std::string>& ranges);

    /// Whether the headers of this peer are believed.
    [[nodiscard]] bool trusts(const boost::asio::ip::address& address) const;

    /// `forwarded_for`: all lines of X-Forwarded-For as one list. Each proxy appends the address
    /// that it was called from, with or without a port, so the list is read from the right, and the
    /// first entry that is no trusted proxy is the client. An entry that cannot be read, or is
    /// empty, ends the walk: the last trusted proxy stands for the client.
    /// `forwarded_proto`: all lines of X-Forwarded-Proto as one list, schemes in any case. The
    /// entry that counts has the same place from the right as the client's in `forwarded_for`; of a
    /// shorter list, the first. An entry that cannot be read means unencrypted.
    [[nodiscard]] RequestOrigin origin(const RequestOrigin& peer, std::string_view forwarded_for,
                                       std::string_view forwarded_proto) const;

private:
    std::vector<AddressRange> ranges_;
};

}  // namespace carillon
