#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <vector>

#include "carillon/base/rate_limit.hpp"

namespace carillon {

/// Limits the new clients per second and address, over all shards. A fixed table of 65,536 token
/// buckets, hashed with the process' key: its memory does not depend on the clients, and nothing
/// has to be removed from it. Addresses with the same bucket share its limit. Any thread.
class AddressRates {
public:
    /// `per_second` 0: no limit, and no table.
    explicit AddressRates(std::uint32_t per_second);

    /// Counts the client if the limit allows it. An IPv6 address is counted as its /64 network.
    [[nodiscard]] bool admit(const boost::asio::ip::address& address, TimePoint now) noexcept;

private:
    std::uint32_t per_second_;
    std::vector<SharedRateLimit> buckets_;
};

}  // namespace carillon
