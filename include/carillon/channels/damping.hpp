#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/base/hash.hpp"
#include "carillon/base/time.hpp"

namespace carillon {

class Connection;

/// A member as a subscriber knows it: 0 if absent, otherwise a hash of its `member_added`, which
/// differs with the `user_info`.
using MemberState = std::uint64_t;
inline constexpr MemberState member_absent = 0;

/// What subscribers know of one member while its changes are held back: those who subscribed before
/// know what was announced last, the others what their list of members said.
class MemberKnowledge {
public:
    /// Everybody knows `state`.
    explicit MemberKnowledge(MemberState state) : steps_{{0, state}} {}

    /// The member changes at time `at` of the channel's clock. `last_join`: the time of the latest
    /// subscription; a state that no subscriber has learnt is forgotten.
    void change(MemberState state, std::uint64_t at, std::uint64_t last_join);

    /// Of a subscriber that got its list of members at time `joined`; 0: before any change.
    [[nodiscard]] MemberState at(std::uint64_t joined) const noexcept;
    /// True if every subscriber knows the present state.
    [[nodiscard]] bool is_settled() const noexcept { return steps_.size() == 1; }
    /// True if some subscriber may know the member with other data than the present ones.
    [[nodiscard]] bool has_outdated_member() const noexcept;
    [[nodiscard]] MemberState present() const noexcept { return steps_.back().state; }

private:
    struct Step {
        std::uint64_t from;
        MemberState state;
    };
    std::vector<Step> steps_;  ///< never empty, in order, the first from 0
};

/// Changes of a member that were held back, to be announced now: each subscriber receives what
/// differs from what it knows.
struct MemberCorrection {
    std::string member;
    MemberKnowledge knowledge;
    std::string added;  ///< text of `member_added`; "" if the member is absent now
};

/// Asks for what is due in a channel: of that member, or its count for "".
struct DampingDue {
    std::string member;

    [[nodiscard]] std::size_t content_bytes() const noexcept { return member.size(); }
};

/// Limits how often subscribers of one channel on one shard are told about the same thing: its
/// count, or the same member (wire.md 2.6, 2.8). The first change is announced at once, further
/// ones of the same kind within an interval are held back, and the last state is announced at its
/// end. Sits behind the sequence: homes, REST and lists of members have every change at once.
///
/// Exists while something was announced within the last interval. The caller calls `count_due` or
/// `member_due` one interval after each announcement. Time is an argument. Pure.
class Damping {
public:
    /// True if the count has to be announced now; otherwise `text` is held back.
    [[nodiscard]] bool announce_count(std::string& text, TimePoint now);
    /// The count to announce now; "" for none.
    [[nodiscard]] std::string count_due(TimePoint now);

    [[nodiscard]] bool knows(std::string_view member) const { return members_.contains(member); }
    /// True if the change has to be announced now, and to all; otherwise it is held back. `added`:
    /// the text of `member_added`, "" for a departure.
    [[nodiscard]] bool announce_member(const std::string& member, std::string_view added,
                                       TimePoint now);
    /// What to announce of the member now. Call `corrected` once every subscriber has received it.
    [[nodiscard]] std::optional<MemberCorrection> member_due(const std::string& member,
                                                             TimePoint now);
    void corrected() { release(); }

    /// A subscriber receives its list of members.
    void joined(const Connection& subscriber);
    void left(const Connection& subscriber) { joined_.erase(&subscriber); }
    /// Nobody is subscribed any more.
    void forget_members();
    /// What the subscriber knows. Until `corrected` is called.
    [[nodiscard]] MemberState known_to(const Connection& subscriber,
                                       const MemberKnowledge& knowledge) const;

    [[nodiscard]] bool is_idle() const noexcept {
        return !is_count_recent_ && members_.empty() && held_ == 0;
    }

private:
    struct Member {
        /// From then on it may be announced again.
        TimePoint added_again = TimePoint::min();
        TimePoint removed_again = TimePoint::min();
        MemberState state = member_absent;
        std::optional<MemberKnowledge> knowledge;  ///< while changes are held back
        std::string added;                         ///< as in the `MemberCorrection`
    };

    void hold(Member& member, MemberState state);
    /// One member less is held back.
    void release();

    bool is_count_recent_ = false;
    TimePoint count_again_{};
    std::string held_count_;
    boost::unordered_map<std::string, Member, StringHash, std::equal_to<>> members_;
    std::size_t held_ = 0;     ///< members whose changes are held back, or being announced
    std::uint64_t clock_ = 0;  ///< steps with each change that is held back
    std::uint64_t last_join_ = 0;
    /// When subscribers got their list of members; only while changes are held back.
    boost::unordered_flat_map<const Connection*, std::uint64_t> joined_;  // Never iterated.
};

}  // namespace carillon
