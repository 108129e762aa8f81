#include "carillon/channels/presence_roster.hpp"

#include "carillon/protocol/json_text.hpp"

namespace carillon {

bool PresenceRoster::add(SubscriptionKey key, const PresenceData& member) {
    user_of_.emplace(key, member.user_id);
    const auto [found, is_new] = members_.try_emplace(member.user_id);
    if (is_new) found->second.user_info = member.user_info;
    ++found->second.connections;
    return is_new;
}

PresenceRoster::Removal PresenceRoster::remove(SubscriptionKey key) {
    const auto subscription = user_of_.find(key);
    if (subscription == user_of_.end()) return {};
    Removal removal{.known = true, .gone_id = std::nullopt};
    const auto member = members_.find(subscription->second);
    if (--member->second.connections == 0) {
        members_.erase(member);
        removal.gone_id = std::move(subscription->second);
    }
    user_of_.erase(subscription);
    return removal;
}

std::vector<std::string> PresenceRoster::user_ids() const {
    std::vector<std::string> ids;
    ids.reserve(members_.size());
    for (const auto& [id, member] : members_) ids.push_back(id);
    return ids;
}

std::string PresenceRoster::json() const {
    std::string ids;
    std::string hash;
    for (const auto& [id, member] : members_) {
        if (!ids.empty()) ids.push_back(',');
        if (!hash.empty()) hash.push_back(',');
        append_json_string(ids, id);
        append_json_string(hash, id);
        hash.append(":").append(member.user_info ? *member.user_info : "null");
    }
    return "{\"presence\":{\"count\":" + std::to_string(members_.size()) + ",\"ids\":[" + ids +
           "],\"hash\":{" + hash + "}}}";
}

}  // namespace carillon
