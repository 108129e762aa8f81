#include "carillon/net/outbound_queue.hpp"

#include <utility>

namespace carillon {

void OutboundQueue::push(Frame frame) {
    if (frame.size() == 0) return;
    bytes_ += frame.size();
    if (frames_++ == 0) {
        only_ = std::move(frame);
        return;
    }
    if (only_) append(std::move(only_));
    append(std::move(frame));
}

void OutboundQueue::append(Frame frame) {
    if (tail_ == nullptr) {
        head_ = std::make_unique<Chunk>();
        tail_ = head_.get();
    } else if (tail_->end == tail_->frames.size()) {
        tail_->next = std::make_unique<Chunk>();
        tail_ = tail_->next.get();
    }
    tail_->frames[tail_->end++] = std::move(frame);
}

OutboundQueue::Gathered OutboundQueue::gather(std::span<iovec> vectors) const noexcept {
    Gathered all;
    std::size_t skip = written_of_first_;
    const auto add = [&](const Frame& frame) {
        const std::string_view bytes = frame.bytes().substr(std::exchange(skip, 0));
        vectors[all.vectors++] = {const_cast<char*>(bytes.data()), bytes.size()};
        all.bytes += bytes.size();
    };
    if (only_ && !vectors.empty()) add(only_);
    for (const Chunk* chunk = head_.get(); chunk != nullptr; chunk = chunk->next.get()) {
        for (std::size_t i = chunk->begin; i < chunk->end; ++i) {
            if (all.vectors == vectors.size()) return all;
            add(chunk->frames[i]);
        }
    }
    return all;
}

void OutboundQueue::consume(std::size_t written) noexcept {
    bytes_ -= written;
    written += written_of_first_;
    while (frames_ > 0 && written >= front().size()) {
        written -= front().size();
        pop_front();
    }
    written_of_first_ = written;
}

void OutboundQueue::drop_unstarted() {
    Frame started;
    const std::size_t written = written_of_first_;
    if (written > 0) started = front();
    clear();
    if (!started) return;
    push(started);
    bytes_ -= written;
    written_of_first_ = written;
}

void OutboundQueue::clear() noexcept {
    only_ = Frame{};
    while (head_)
        head_ = std::move(head_->next);  // Iteratively: a long chain would exhaust the stack.
    tail_ = nullptr;
    bytes_ = 0;
    frames_ = 0;
    written_of_first_ = 0;
}

void OutboundQueue::pop_front() noexcept {
    --frames_;
    if (!head_) {
        only_ = Frame{};
        return;
    }
    head_->frames[head_->begin++] = Frame{};
    if (head_->begin < head_->end) return;
    head_ = std::move(head_->next);
    if (!head_) tail_ = nullptr;
}

}  // namespace carillon
