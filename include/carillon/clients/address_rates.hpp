#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <vector>

#include "carillon/base/rate_limit.hpp"

namespace carillon {

/// How many clients an address may bring in a second, over all shards. A fixed table of buckets,
/// hashed with the process' key: it costs the same whoever comes, and needs no cleaning.
/// Two addresses that fall on one of the 65,536 buckets share it. Any thread.
class AddressRates {
public:
    /// `per_second` 0: no limit, and no table.
    explicit AddressRates(std::uint32_t per_second);

    /// An IPv6 address counts with its whole /64 network.
    [[nodiscard]] bool admit(const boost::asio::ip::address& address, TimePoint now) noexcept;

private:
    std::uint32_t per_second_;
    std::vector<SharedRateLimit> buckets_;
};

}  // namespace carillon
