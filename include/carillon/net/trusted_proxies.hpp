#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carillon {

/// A range of addresses: "10.0.0.0/8", "::1/128", or one address.
class AddressRange {
public:
    [[nodiscard]] static std::optional<AddressRange> parse(std::string_view text);
    /// An IPv4 address that came as IPv6 (::ffff:1.2.3.4) counts as IPv4.
    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

private:
    boost::asio::ip::address_v6::bytes_type prefix_{};
    unsigned bits_ = 0;
};

/// Who a request comes from, and whether it was encrypted, once proxies are taken into account.
struct RequestOrigin {
    boost::asio::ip::address address;
    bool secure = false;
};

/// The proxies whose X-Forwarded-For and X-Forwarded-Proto count. Nobody else's do: anyone can
/// write them.
class TrustedProxies {
public:
    /// `ranges` are well-formed; the configuration has checked.
    explicit TrustedProxies(const std::vector<std::string>& ranges);

    /// `forwarded_for`: addresses from the client to the last proxy but one; the last that is no
    /// proxy of ours is the client. `forwarded_proto`: "https" or "http".
    [[nodiscard]] RequestOrigin origin(const RequestOrigin& peer, std::string_view forwarded_for,
                                       std::string_view forwarded_proto) const;

private:
    [[nodiscard]] bool trusts(const boost::asio::ip::address& address) const;

    std::vector<AddressRange> ranges_;
};

}  // namespace carillon
