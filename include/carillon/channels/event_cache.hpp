#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>

#include "carillon/base/hash.hpp"
#include "carillon/base/time.hpp"

namespace carillon {

/// How long an app keeps last events, and how many bytes of them on this shard; 0 bytes: no limit.
struct CacheRule {
    Duration time_to_live{};
    std::size_t bytes_max = 0;
};

/// The last event of each of an app's cache channels with this home. Beyond the rule's bytes the
/// events that were published first are evicted. Pure. Source: wire.md 2.7.
class EventCache {
public:
    struct Entry {
        std::string channel;
        std::string text;  ///< the finished message
        TimePoint expires;
    };

    EventCache() = default;
    EventCache(EventCache&&) = default;
    EventCache& operator=(EventCache&&) = default;

    /// Replaces the channel's event. Returns the number of events that were evicted, this one
    /// included if it exceeds the bound by itself.
    std::size_t put(std::string_view channel, std::string_view text, const CacheRule& rule,
                    TimePoint now);

    /// Null if there is none, or if it has expired. Valid until the next `put` or `expire`.
    [[nodiscard]] const Entry* find(std::string_view channel, TimePoint now) const;

    /// Frees expired events. `next_expiry`: when the next one expires, or TimePoint::max().
    void expire(TimePoint now);
    [[nodiscard]] TimePoint next_expiry() const noexcept;

private:
    using Entries = std::list<Entry>;

    void erase(Entries::iterator entry);
    [[nodiscard]] static std::size_t bytes_of(const Entry& entry) noexcept;

    Entries entries_;  ///< in the order of publishing
    boost::unordered_flat_map<std::string_view, Entries::iterator, StringHash> by_channel_;
    std::size_t bytes_ = 0;
};

}  // namespace carillon
