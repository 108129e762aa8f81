#include "webhook_journal.hpp"

#include <utility>

namespace carillon {

void WebhookJournal::note(Entry entry) {
    if (all_.size() == entries_max) all_.pop_front();
    all_.push_back(std::move(entry));
}

void WebhookJournal::forget(TimePoint now) {
    while (!all_.empty() && all_.front().at + kept <= now) all_.pop_front();
}

}  // namespace carillon
