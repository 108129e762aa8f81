#include "carillon/apps/webhook_endpoint.hpp"

#include <algorithm>

namespace carillon {

bool ChannelFilter::matches(std::string_view channel) const noexcept {
    const auto begins = [channel](const std::string& prefix) {
        return channel.starts_with(prefix);
    };
    const auto ends = [channel](const std::string& suffix) { return channel.ends_with(suffix); };
    if (channel.empty()) return is_empty();
    return (prefixes.empty() || std::ranges::any_of(prefixes, begins)) &&
           (suffixes.empty() || std::ranges::any_of(suffixes, ends)) &&
           (names.empty() || std::ranges::find(names, channel) != names.end());
}

}  // namespace carillon
