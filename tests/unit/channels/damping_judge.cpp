#include "damping_judge.hpp"

#include <chrono>
#include <set>

namespace carillon::test {
namespace {

using namespace std::chrono_literals;
using Json = Model::Json;

constexpr Duration member_interval = 1s;
constexpr Duration count_interval_of_few = 100ms;

/// Whether what changed last may still be held back.
bool is_excused(const Model::Changes& changes, Duration interval, TimePoint now) {
    return changes.before != TimePoint::min() && now - changes.last < interval &&
           changes.last - changes.before < 2 * interval;
}

std::string at(int client, const std::string& channel) {
    return "client " + std::to_string(client) + " on " + channel + ": ";
}

}  // namespace

DampingJudge::View* DampingJudge::find(int client, const std::string& channel) {
    const auto found = views_.find({client, channel});
    return found == views_.end() ? nullptr : &found->second;
}

void DampingJudge::forget(int client) {
    std::erase_if(views_, [client](const auto& view) { return view.first.first == client; });
}

std::string DampingJudge::receive(int client, const std::string& channel, const Json& frame,
                                  TimePoint now) {
    const std::string event = frame.at("event");
    if (event == "pusher_internal:subscription_succeeded") {
        View& view = views_[{client, channel}];
        view.members.clear();
        if (!frame.at("data").contains("presence")) return {};
        for (const auto& [id, info] : frame.at("data").at("presence").at("hash").items()) {
            view.members[id] = info;
        }
        return {};
    }
    if (!may_be_held_back(frame)) return {};
    const std::string where = at(client, channel) + frame.dump();
    View* const view = find(client, channel);
    if (view == nullptr) return where + " before its success";
    const bool is_count = frame.at("data").contains("subscription_count");
    const std::string user = is_count ? "" : frame.at("data").at("user_id").get<std::string>();
    const auto [told, is_first] = view->told.try_emplace(event + user, now);
    const Duration interval = is_count ? count_interval_of_few : member_interval;
    if (!is_first && now - told->second < interval) return where + " too early";
    told->second = now;
    if (is_count) {
        view->count = frame.at("data").at("subscription_count");
        return {};
    }
    if (model_.member(client, channel) == user) return where + " about itself";
    if (event == "pusher_internal:member_removed") {
        return view->members.erase(user) == 1 ? "" : where + ", who is absent";
    }
    const Json info = frame.at("data").value("user_info", Json());
    return view->members.emplace(user, info).second ? "" : where + ", who is there";
}

std::string DampingJudge::check(TimePoint now) const {
    for (const auto& [key, view] : views_) {
        const auto& [client, channel] = key;
        const std::size_t app = model_.app_of(client);
        const std::map<std::string, Json> members = model_.members(app, channel);
        std::set<std::string> users;
        for (const auto& [user, info] : members) users.insert(user);
        for (const auto& [user, info] : view.members) users.insert(user);
        for (const std::string& user : users) {
            const auto is = members.find(user);
            const auto seen = view.members.find(user);
            const bool same = is != members.end() && seen != view.members.end()
                                  ? is->second == seen->second
                                  : is == members.end() && seen == view.members.end();
            if (same || is_excused(model_.changes(app, channel, user), member_interval, now)) {
                continue;
            }
            return at(client, channel) + "no pusher_internal:" +
                   (is == members.end() ? "member_removed" : "member_added") + " of " + user;
        }
        const std::size_t count = model_.subscriptions(app, channel);
        if (!model_.is_counted(app, channel) || view.count == count) continue;
        if (is_excused(model_.changes(app, channel, ""), count_interval_of_few, now)) continue;
        return at(client, channel) + "no pusher_internal:subscription_count of " +
               std::to_string(count);
    }
    return {};
}

}  // namespace carillon::test
