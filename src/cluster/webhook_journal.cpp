#include "webhook_journal.hpp"

#include <utility>

namespace carillon {

void WebhookJournal::note(Entry entry) {
    if (all_.size() == entries_max) all_.pop_front();
    all_.push_back(std::move(entry));
}

void WebhookJournal::forget(TimePoint now) {
    std::erase_if(all_, [now](const Entry& entry) { return entry.expires <= now; });
}

void WebhookJournal::prolong(Duration time) {
    for (Entry& entry : all_) entry.expires += time;
}

}  // namespace carillon
