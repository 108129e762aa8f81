#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "carillon/base/ids.hpp"

namespace carillon {

/// The messages from other shards to this one. A sender collects the messages of its turn in a
/// batch and pushes that: one atomic exchange and at most one wake-up per batch, not per message.
/// Batches of one sender stay in order. Without a lock: senders push onto a list, which the owner
/// takes as a whole and reverses.
template <class Message>
class Inbox {
public:
    struct Batch {
        ShardId from{};
        std::vector<Message> messages;
        std::size_t bytes = 0;  ///< size of the messages, as their sender counts it
        std::unique_ptr<Batch> next;
    };

    Inbox() = default;
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;
    ~Inbox() { discard(take_all()); }

    /// Destroys a list iteratively, because a long one would exhaust the stack.
    static void discard(std::unique_ptr<Batch> list) noexcept {
        while (list) list = std::move(list->next);
    }

    /// Any thread. True if the inbox was empty: the caller then has to wake the owner.
    [[nodiscard]] bool push(std::unique_ptr<Batch> batch) {
        bytes_.fetch_add(batch->bytes, std::memory_order_relaxed);
        Batch* const pushed = batch.release();
        Batch* head = head_.load(std::memory_order_relaxed);
        do {
            static_cast<void>(pushed->next.release());
            pushed->next.reset(head);
        } while (!head_.compare_exchange_weak(head, pushed, std::memory_order_release,
                                              std::memory_order_relaxed));
        return head == nullptr;
    }

    /// Owner only. All batches, oldest first; null if there are none.
    [[nodiscard]] std::unique_ptr<Batch> take_all() {
        std::unique_ptr<Batch> newest{head_.exchange(nullptr, std::memory_order_acquire)};
        std::unique_ptr<Batch> oldest;
        while (newest) {
            std::unique_ptr<Batch> older = std::move(newest->next);
            newest->next = std::move(oldest);
            oldest = std::move(newest);
            newest = std::move(older);
        }
        return oldest;
    }

    /// Owner only, after it has handled a batch: until then its bytes count as queued.
    void release(std::size_t bytes) noexcept { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }

    /// Owner only. Adds to the queued bytes what waits elsewhere on the shard; negative: removes.
    void add_waiting(std::ptrdiff_t bytes) noexcept {
        bytes_.fetch_add(static_cast<std::size_t>(bytes), std::memory_order_relaxed);
    }

    /// Any thread. Queued bytes, including batches that the owner has taken and not released.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return bytes_.load(std::memory_order_relaxed);
    }

private:
    std::atomic<Batch*> head_{nullptr};
    std::atomic<std::size_t> bytes_{0};
};

}  // namespace carillon
