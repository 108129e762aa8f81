#pragma once

#include <cstdint>

namespace carillon {

/// The REST API.
struct ApiOptions {
    std::uint32_t max_clock_skew_seconds = 600;

    template <class Visitor>
    static void describe(Visitor&& setting) {
        setting("max_clock_skew_seconds", &ApiOptions::max_clock_skew_seconds, 1, 31536000,
                "Difference between a request's `auth_timestamp` and the server's clock at which "
                "the request is rejected, in seconds.");
    }
};

}  // namespace carillon
