#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "carillon/base/time.hpp"

namespace carillon {

/// What this node knows about the webhooks of a partition that Redis may forget: those that it has
/// taken lately, and who has left it lately. Offered in a recovery, so that no webhook is repeated
/// and none is left out. Pure. Source: docs/cluster-internals.md, "Webhooks".
class WebhookJournal {
public:
    static constexpr std::chrono::seconds kept{60};
    /// Beyond the grace of their webhooks: until the departure has been told in any case.
    static constexpr std::chrono::seconds departures_kept{5};
    static constexpr std::size_t entries_max = 1024;

    struct Entry {
        std::uint64_t number =
            0;                  ///< of the webhook; 0: somebody has left, and was told to be there
        bool is_there = false;  ///< what it told
        std::string about;      ///< see `told_field`
        TimePoint expires{};    ///< time without Redis does not count
    };

    void note(Entry entry);
    void forget(TimePoint now);
    /// Redis was away for so long.
    void prolong(Duration time);
    [[nodiscard]] const std::deque<Entry>& all() const noexcept { return all_; }

private:
    std::deque<Entry> all_;
};

}  // namespace carillon
