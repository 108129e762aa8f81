#include "carillon/clients/address_rates.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <string_view>

#include "carillon/base/hash.hpp"

namespace carillon {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t bucket_count = 65536;
constexpr std::size_t network_bytes = 8;

std::uint64_t hash_of(const ip::address& address) noexcept {
    // An IPv4 address is the last four bytes of its IPv6 form.
    const bool is_v4 = address.is_v4() || address.to_v6().is_v4_mapped();
    const ip::address_v6::bytes_type bytes =
        address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes()
                        : address.to_v6().to_bytes();
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return StringHash{}(is_v4 ? all.substr(all.size() - 4) : all.substr(0, network_bytes));
}

}  // namespace

AddressRates::AddressRates(std::uint32_t per_second)
    : per_second_(per_second), buckets_(per_second > 0 ? bucket_count : 0) {}

AddressRates::Bucket AddressRates::bucket_of(const ip::address& address) noexcept {
    return static_cast<Bucket>(hash_of(address) % bucket_count);
}

bool AddressRates::admit(Bucket bucket, TimePoint now) noexcept {
    return per_second_ == 0 || buckets_[bucket].admit(per_second_, now);
}

Duration AddressRates::charge(Bucket bucket, std::uint32_t tokens, Duration burst,
                              TimePoint now) noexcept {
    if (per_second_ == 0) return {};
    return buckets_[bucket].charge(tokens, per_second_, burst, now);
}

}  // namespace carillon
