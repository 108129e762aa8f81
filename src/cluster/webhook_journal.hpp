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
    /// Time without Redis does not count.
    static constexpr std::chrono::seconds kept{60};
    static constexpr std::size_t entries_max = 1024;

    struct Entry {
        std::uint64_t number =
            0;                  ///< of the webhook; 0: somebody has left, and was told to be there
        bool is_there = false;  ///< what it told
        std::string about;      ///< see `told_field`
        TimePoint at{};
    };

    void note(Entry entry);
    void forget(TimePoint now);
    [[nodiscard]] const std::deque<Entry>& all() const noexcept { return all_; }

private:
    std::deque<Entry> all_;
};

}  // namespace carillon
