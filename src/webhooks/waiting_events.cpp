#include "waiting_events.hpp"

#include <functional>
#include <iterator>

#include "carillon/protocol/channel_name.hpp"

namespace carillon {
namespace {

bool is_about_user(const QueuedEvent& event) {
    return event.kind == WebhookKind::user_online || event.kind == WebhookKind::user_offline;
}

}  // namespace

WaitingEvents::Group WaitingEvents::group_of(const QueuedEvent& event) noexcept {
    const bool is_signed = is_about_user(event) || ChannelKind::of(event.subject).needs_token();
    return is_signed ? Group::signed_in : Group::open;
}

std::size_t WaitingEvents::bytes_of(const QueuedEvent& event) noexcept {
    return event.subject.size() + event.text.size() + event_overhead;
}

WaitingEvents::Source& WaitingEvents::get(const QueuedEvent& event) {
    // A user may be called like a channel.
    std::string key = (is_about_user(event) ? "u" : "c") + event.subject;
    std::unique_ptr<Source>& source = sources_[key];
    if (source) return *source;
    source = std::make_unique<Source>();
    source->key = std::move(key);
    source->group = group_of(event);
    source->number = ++last_source_number_;
    source->turn = turns_.insert(turns_.end(), source.get());
    return *source;
}

void WaitingEvents::push(QueuedEvent event) {
    Source& source = get(event);
    const std::size_t bytes = bytes_of(event);
    events_.push_back({std::move(event), &source});
    source.events.push_back(std::prev(events_.end()));
    add_bytes(source, static_cast<std::ptrdiff_t>(bytes));
}

void WaitingEvents::add_bytes(Source& source, std::ptrdiff_t bytes) {
    OfGroup& group = groups_[static_cast<std::size_t>(source.group)];
    group.sources.erase({{source.bytes, source.number}, &source});
    source.bytes += static_cast<std::size_t>(bytes);
    group.bytes += static_cast<std::size_t>(bytes);
    if (source.bytes > 0) group.sources.insert({{source.bytes, source.number}, &source});
}

QueuedEvent WaitingEvents::take(Source& source, std::list<Events::iterator>::iterator event) {
    QueuedEvent taken = std::move((*event)->event);
    events_.erase(*event);
    source.events.erase(event);
    add_bytes(source, -static_cast<std::ptrdiff_t>(bytes_of(taken)));
    if (source.events.empty()) {
        turns_.erase(source.turn);
        sources_.erase(source.key);
    }
    return taken;
}

QueuedEvent WaitingEvents::take_oldest() {
    Source& source = *events_.front().source;
    return take(source, source.events.begin());
}

const QueuedEvent& WaitingEvents::next() const noexcept {
    return turns_.front()->events.front()->event;
}

QueuedEvent WaitingEvents::take_next() {
    Source& source = *turns_.front();
    turns_.splice(turns_.end(), turns_, source.turn);
    return take(source, source.events.begin());
}

std::size_t WaitingEvents::most(Group group) const noexcept {
    return of(group).sources.empty() ? 0 : of(group).sources.rbegin()->first.first;
}

QueuedEvent WaitingEvents::take_last_of_most(Group group) {
    Source& source = *of(group).sources.rbegin()->second;
    return take(source, std::prev(source.events.end()));
}

}  // namespace carillon
