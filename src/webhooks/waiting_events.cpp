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
    return 2 * event.subject.size() + event.text.size() + event_overhead;
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
    source->since = event.queued_at;
    std::list<Source*>& turns = groups_[static_cast<std::size_t>(source->group)].turns;
    source->turn = turns.insert(turns.end(), source.get());
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
    group.sources.erase({weight_of(source), source.number, &source});
    source.bytes += static_cast<std::size_t>(bytes);
    group.bytes += static_cast<std::size_t>(bytes);
    if (source.bytes > 0) group.sources.insert({weight_of(source), source.number, &source});
}

QueuedEvent WaitingEvents::take(Source& source, std::list<Events::iterator>::iterator event) {
    QueuedEvent taken = std::move((*event)->event);
    events_.erase(*event);
    source.events.erase(event);
    add_bytes(source, -static_cast<std::ptrdiff_t>(bytes_of(taken)));
    if (source.events.empty()) {
        groups_[static_cast<std::size_t>(source.group)].turns.erase(source.turn);
        sources_.erase(source.key);
    }
    return taken;
}

QueuedEvent WaitingEvents::take_oldest() {
    Source& source = *events_.front().source;
    return take(source, source.events.begin());
}

WaitingEvents::Group WaitingEvents::next_group() const noexcept {
    const Group other = last_group_ == Group::open ? Group::signed_in : Group::open;
    return of(other).turns.empty() ? last_group_ : other;
}

const QueuedEvent& WaitingEvents::next() const noexcept {
    return of(next_group()).turns.front()->events.front()->event;
}

QueuedEvent WaitingEvents::take_next() {
    last_group_ = next_group();
    std::list<Source*>& turns = groups_[static_cast<std::size_t>(last_group_)].turns;
    Source& source = *turns.front();
    turns.splice(turns.end(), turns, source.turn);
    return take(source, source.events.begin());
}

WaitingEvents::Weight WaitingEvents::heaviest(Group group) const noexcept {
    return of(group).sources.empty() ? Weight{} : std::get<Weight>(*of(group).sources.rbegin());
}

QueuedEvent WaitingEvents::take_last_of_heaviest(Group group) {
    Source& source = *std::get<Source*>(*of(group).sources.rbegin());
    return take(source, std::prev(source.events.end()));
}

}  // namespace carillon
