#pragma once

#include <cstdint>

#include "carillon/clients/address_rates.hpp"

namespace carillon {

/// The limits on clients' changes of subscriptions: one per shard, to which each client refers.
struct ChangeLimits {
    std::uint32_t per_second = 0;  ///< and client; 0: no limit
    AddressRates& by_address;      ///< of the node
};

}  // namespace carillon
