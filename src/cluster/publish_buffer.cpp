#include "publish_buffer.hpp"

#include <utility>

namespace carillon {

PendingEvent& PublishBuffer::push(PendingEvent event) {
    event.counter = ++last_counter_;
    bytes_ += event.cost;
    return kept_.emplace_back(std::move(event));
}

PendingEvent* PublishBuffer::next() {
    while (next_ < kept_.size() && kept_[next_].confirmed) ++next_;
    return next_ < kept_.size() ? &kept_[next_++] : nullptr;
}

void PublishBuffer::put_back(const PendingEvent& event) noexcept {
    next_ = static_cast<std::size_t>(event.counter - kept_.front().counter);
}

PendingEvent* PublishBuffer::find(std::uint64_t counter) noexcept {
    if (kept_.empty() || counter < kept_.front().counter) return nullptr;
    const std::uint64_t index = counter - kept_.front().counter;
    return index < kept_.size() ? &kept_[index] : nullptr;
}

void PublishBuffer::confirm(PendingEvent& event, TimePoint now) {
    if (event.confirmed) return;
    event.confirmed = now;
    confirmed_bytes_ += event.cost;
    while (confirmed_bytes_ > confirmed_bytes_max_ && kept_.front().confirmed &&
           &kept_.front() != &event) {
        drop_first();
    }
}

void PublishBuffer::rewind() noexcept {
    next_ = 0;
}

void PublishBuffer::rewind_all() noexcept {
    next_ = unconfirmed_ = 0;
    confirmed_bytes_ = 0;
    for (PendingEvent& event : kept_) event.confirmed.reset();
}

void PublishBuffer::restart_clock(TimePoint now) noexcept {
    for (PendingEvent& event : kept_) {
        if (event.confirmed) event.confirmed = now;
    }
}

void PublishBuffer::forget(TimePoint answered) {
    while (!kept_.empty() && kept_.front().confirmed &&
           *kept_.front().confirmed + kept_after_confirmation <= answered) {
        drop_first();
    }
}

const PendingEvent* PublishBuffer::oldest_unconfirmed() noexcept {
    while (unconfirmed_ < kept_.size() && kept_[unconfirmed_].confirmed) ++unconfirmed_;
    return unconfirmed_ < kept_.size() ? &kept_[unconfirmed_] : nullptr;
}

void PublishBuffer::drop_first() noexcept {
    bytes_ -= kept_.front().cost;
    confirmed_bytes_ -= kept_.front().cost;
    kept_.pop_front();
    if (next_ > 0) --next_;
    if (unconfirmed_ > 0) --unconfirmed_;
}

}  // namespace carillon
