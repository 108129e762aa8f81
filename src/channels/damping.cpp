#include "carillon/channels/damping.hpp"

#include <algorithm>
#include <utility>

#include "carillon/channels/pacing.hpp"

namespace carillon {
namespace {

MemberState state_of(std::string_view added) {
    return added.empty() ? member_absent : sip_hash(added, process_hash_key()) | 1U;
}

}  // namespace

void MemberKnowledge::change(MemberState state, std::uint64_t at, std::uint64_t last_join) {
    if (last_join < steps_.back().from) steps_.pop_back();
    if (steps_.back().state != state) steps_.push_back({at, state});
}

MemberState MemberKnowledge::at(std::uint64_t joined) const noexcept {
    auto step = steps_.rbegin();
    while (step->from > joined) ++step;
    return step->state;
}

bool MemberKnowledge::has_outdated_member() const noexcept {
    return std::ranges::any_of(steps_, [this](const Step& step) {
        return step.state != member_absent && step.state != present();
    });
}

bool Damping::announce_count(std::string& text, TimePoint now) {
    if (is_count_recent_) {
        held_count_ = std::move(text);
        return false;
    }
    is_count_recent_ = true;
    count_again_ = now + count_damping;
    return true;
}

std::string Damping::count_due(TimePoint now) {
    // The channel may have ended and begun again since the announcement that this call is for.
    if (!is_count_recent_ || now < count_again_) return {};
    is_count_recent_ = !held_count_.empty();
    count_again_ = now + count_damping;
    return std::exchange(held_count_, {});
}

bool Damping::announce_member(const std::string& id, std::string_view added, TimePoint now) {
    Member& member = members_[id];
    const MemberState state = state_of(added);
    TimePoint& again = state == member_absent ? member.removed_again : member.added_again;
    if (!member.knowledge && now >= again) {
        member.state = state;
        again = now + member_damping;
        return true;
    }
    member.added = added;
    hold(member, state);
    return false;
}

void Damping::hold(Member& member, MemberState state) {
    if (!member.knowledge) {
        member.knowledge.emplace(member.state);
        ++held_;
    }
    member.knowledge->change(state, ++clock_, last_join_);
    member.state = state;
    if (!member.knowledge->is_settled()) return;
    member.knowledge.reset();
    member.added.clear();
    release();
}

std::optional<MemberCorrection> Damping::member_due(const std::string& id, TimePoint now) {
    const auto found = members_.find(id);
    if (found == members_.end()) return std::nullopt;
    Member& member = found->second;
    const bool is_absent = member.state == member_absent;
    if (!member.knowledge) {
        if (now >= std::max(member.added_again, member.removed_again)) members_.erase(found);
        return std::nullopt;
    }
    if (now < (is_absent ? member.removed_again : member.added_again)) return std::nullopt;
    if (is_absent || member.knowledge->has_outdated_member()) {
        member.removed_again = now + member_damping;
    }
    if (!is_absent) member.added_again = now + member_damping;
    MemberCorrection correction{id, std::move(*member.knowledge), std::exchange(member.added, {})};
    member.knowledge.reset();
    return correction;
}

void Damping::joined(const Connection& subscriber) {
    if (held_ == 0) return;
    last_join_ = clock_;
    joined_[&subscriber] = clock_;
}

MemberState Damping::known_to(const Connection& subscriber,
                              const MemberKnowledge& knowledge) const {
    const auto found = joined_.find(&subscriber);
    return knowledge.at(found == joined_.end() ? 0 : found->second);
}

void Damping::forget_members() {
    for (const auto& [id, member] : members_) {
        if (member.knowledge) release();
    }
    members_.clear();
}

void Damping::release() {
    if (--held_ == 0) joined_.clear();
}

}  // namespace carillon
