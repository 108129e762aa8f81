#include "carillon/runtime/wall_clock.hpp"

#include <chrono>

namespace carillon {

std::int64_t unix_seconds() noexcept {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
}

}  // namespace carillon
