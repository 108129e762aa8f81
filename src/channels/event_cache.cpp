#include "carillon/channels/event_cache.hpp"

#include <iterator>
#include <utility>

namespace carillon {

std::size_t EventCache::put(std::string_view channel, std::string_view text, const CacheRule& rule,
                            TimePoint now) {
    if (const auto old = by_channel_.find(channel); old != by_channel_.end()) erase(old->second);
    Entry entry{std::string(channel), std::string(text), now + rule.time_to_live};
    const std::size_t bytes = bytes_of(entry);
    if (rule.bytes_max > 0 && bytes > rule.bytes_max) return 1;
    entries_.push_back(std::move(entry));
    by_channel_.emplace(entries_.back().channel, std::prev(entries_.end()));
    bytes_ += bytes;
    std::size_t evicted = 0;
    for (; rule.bytes_max > 0 && bytes_ > rule.bytes_max; ++evicted) erase(entries_.begin());
    return evicted;
}

const EventCache::Entry* EventCache::find(std::string_view channel, TimePoint now) const {
    const auto found = by_channel_.find(channel);
    if (found == by_channel_.end() || found->second->expires <= now) return nullptr;
    return &*found->second;
}

void EventCache::expire(TimePoint now) {
    while (!entries_.empty() && entries_.front().expires <= now) erase(entries_.begin());
}

TimePoint EventCache::next_expiry() const noexcept {
    return entries_.empty() ? TimePoint::max() : entries_.front().expires;
}

void EventCache::erase(Entries::iterator entry) {
    bytes_ -= bytes_of(*entry);
    by_channel_.erase(entry->channel);
    entries_.erase(entry);
}

std::size_t EventCache::bytes_of(const Entry& entry) noexcept {
    constexpr std::size_t bookkeeping = 192;  // The list's and the index's share, nearly.
    return entry.channel.size() + entry.text.size() + bookkeeping;
}

}  // namespace carillon
