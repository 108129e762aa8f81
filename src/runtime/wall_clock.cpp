#include "carillon/runtime/wall_clock.hpp"

#include <chrono>
#include <ctime>

namespace carillon {

std::int64_t unix_seconds() noexcept {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
}

std::string_view http_date() noexcept {
    thread_local std::time_t formatted = -1;
    thread_local char text[32];
    thread_local std::size_t size = 0;
    const std::time_t now = unix_seconds();
    if (now != formatted) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        formatted = now;
    }
    return {text, size};
}

}  // namespace carillon
