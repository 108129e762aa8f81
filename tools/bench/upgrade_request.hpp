#pragma once

#include <string>
#include <string_view>

#include "bench_options.hpp"

namespace carillon::bench {

/// The same for every connection: a load generator need not be unpredictable to caches.
inline constexpr std::string_view upgrade_key = "Y2FyaWxsb24tYmVuY2gtMA==";

[[nodiscard]] std::string upgrade_request(const BenchTarget& target, std::string_view host_field);

}  // namespace carillon::bench
