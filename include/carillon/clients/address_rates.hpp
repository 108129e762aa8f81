#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <vector>

#include "carillon/base/rate_limit.hpp"

namespace carillon {

/// Limits what an address does per second, over all shards: new clients, changes of subscriptions.
/// A fixed table of 65,536 token buckets, hashed with the process' key: its memory does not depend
/// on the clients, and nothing has to be removed from it. Addresses with the same bucket share its
/// limit. Any thread.
class AddressRates {
public:
    /// `per_second` 0: no limit, and no table.
    explicit AddressRates(std::uint32_t per_second);

    /// An IPv6 address is counted as its /64 network.
    using Bucket = std::uint16_t;
    [[nodiscard]] static Bucket bucket_of(const boost::asio::ip::address& address) noexcept;

    /// Takes one token if there is one.
    [[nodiscard]] bool admit(Bucket bucket, TimePoint now) noexcept;
    /// Takes `tokens` and returns how long to wait then: see `RateLimit::charge`.
    [[nodiscard]] Duration charge(Bucket bucket, std::uint32_t tokens, Duration burst,
                                  TimePoint now) noexcept;

private:
    std::uint32_t per_second_;
    std::vector<SharedRateLimit> buckets_;
};

}  // namespace carillon
