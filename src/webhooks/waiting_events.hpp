#pragma once

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "carillon/base/hash.hpp"
#include "delivery.hpp"

namespace carillon {

/// The events of one lane that are in no delivery yet, by source: the channel or user that they are
/// about. Groups take turns, and so do the sources of each, so that one with many events delays the
/// others by one event each; those of one source stay in order. Pure.
class WaitingEvents {
public:
    /// Who can cause events of a source: anyone who knows the app's key, or only clients with a
    /// token from the app's backend.
    enum class Group : std::uint8_t { open, signed_in };
    [[nodiscard]] static Group group_of(const QueuedEvent& event) noexcept;
    /// Approximate memory per event, in bytes, besides its text and its subject, if it is the only
    /// one of its source.
    static constexpr std::size_t event_overhead = 400;
    /// Memory of an event, in bytes, approximately.
    [[nodiscard]] static std::size_t bytes_of(const QueuedEvent& event) noexcept;

    WaitingEvents() = default;
    WaitingEvents(WaitingEvents&&) = default;
    WaitingEvents& operator=(WaitingEvents&&) = default;

    void push(QueuedEvent event);

    [[nodiscard]] bool empty() const noexcept { return events_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return events_.size(); }

    /// The one that was pushed first of all. Not empty.
    [[nodiscard]] const QueuedEvent& oldest() const noexcept { return events_.front().event; }
    [[nodiscard]] QueuedEvent take_oldest();
    /// The first event of the source whose turn it is; the turn passes on when it is taken. Not
    /// empty.
    [[nodiscard]] const QueuedEvent& next() const noexcept;
    [[nodiscard]] QueuedEvent take_next();

    [[nodiscard]] std::size_t bytes(Group group) const noexcept { return of(group).bytes; }
    /// How a source compares when something has to go: by the KiB that it holds, and among those
    /// that hold as many by the time since when it waits, so that what came with a flood goes
    /// first.
    using Weight = std::pair<std::size_t, TimePoint>;
    /// Of the heaviest source in the group; zero KiB if there is none.
    [[nodiscard]] Weight heaviest(Group group) const noexcept;
    /// Takes the last event of that source, which must exist.
    [[nodiscard]] QueuedEvent take_last_of_heaviest(Group group);

private:
    struct Source;
    struct Waiting {
        QueuedEvent event;
        Source* source;
    };
    using Events = std::list<Waiting>;
    struct Source {
        std::string key;
        Group group;
        std::uint64_t number;  ///< differs per source
        TimePoint since;       ///< when its first event was queued
        std::size_t bytes = 0;
        std::list<Events::iterator> events;
        std::list<Source*>::iterator turn;
    };
    struct OfGroup {
        std::size_t bytes = 0;
        std::set<std::tuple<Weight, std::uint64_t, Source*>>
            sources;               ///< by weight, then by number
        std::list<Source*> turns;  ///< the first is next
    };
    [[nodiscard]] static Weight weight_of(const Source& source) noexcept {
        return {source.bytes / 1024 + 1, source.since};
    }
    /// Whose turn it is: groups take turns, too.
    [[nodiscard]] Group next_group() const noexcept;

    [[nodiscard]] const OfGroup& of(Group group) const noexcept {
        return groups_[static_cast<std::size_t>(group)];
    }
    [[nodiscard]] Source& get(const QueuedEvent& event);
    void add_bytes(Source& source, std::ptrdiff_t bytes);
    QueuedEvent take(Source& source, std::list<Events::iterator>::iterator event);

    Events events_;  ///< in the order of `push`
    boost::unordered_flat_map<std::string, std::unique_ptr<Source>, StringHash, std::equal_to<>>
        sources_;
    std::array<OfGroup, 2> groups_;
    Group last_group_ = Group::open;  ///< of the event that was taken last in its turn
    std::uint64_t last_source_number_ = 0;
};

}  // namespace carillon
