#include "carillon/channels/presence_roster.hpp"

namespace carillon {

bool PresenceRoster::add(SubscriptionKey key, const PresenceData& member) {
    const auto [entry, is_new] = list_.add(member.user_id, member.user_info);
    ++entry->second.connections;
    member_of_.emplace(key, entry);
    return is_new;
}

PresenceRoster::Removal PresenceRoster::remove(SubscriptionKey key) {
    const auto subscription = member_of_.find(key);
    if (subscription == member_of_.end()) return {};
    Removal removal{.was_subscribed = true, .departed_user_id = std::nullopt};
    const MemberList::Entry member = subscription->second;
    member_of_.erase(subscription);
    if (--member->second.connections > 0) return removal;
    removal.departed_user_id = member->first;
    list_.remove(member);
    return removal;
}

}  // namespace carillon
