#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>

#include "carillon/base/hash.hpp"
#include "carillon/base/time.hpp"

namespace carillon {

/// How long, and how much of it, an app wants kept. 0 bytes: no limit.
struct CacheRule {
    Duration time_to_live{};
    std::size_t bytes_max = 0;
};

/// The last event of each cache channel of one app, as far as this shard is their home. Bounded:
/// beyond the rule's bytes, the events that were published longest ago go. Pure. Source:
/// wire.md 2.7.
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

    /// Replaces the channel's event. Returns how many events were lost to the bound, this one
    /// included if it is too big on its own.
    std::size_t put(std::string_view channel, std::string_view text, const CacheRule& rule,
                    TimePoint now);

    /// Null if there is none, or none that is fresh.
    [[nodiscard]] const Entry* find(std::string_view channel, TimePoint now) const;

    /// Frees what has expired; `next_expiry` is when there will be something to free,
    /// or TimePoint::max().
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
