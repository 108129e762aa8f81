#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

namespace carillon {

/// The bytes of accepted events that a node keeps until Redis has them. An event that does not fit
/// is refused before any of it is delivered. One per node, used by all shards; any thread.
class PublishBudget {
public:
    explicit PublishBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// The bytes that one event counts for.
    [[nodiscard]] static std::size_t cost(std::string_view channel,
                                          std::string_view text) noexcept {
        constexpr std::size_t bookkeeping = 256;
        return channel.size() + text.size() + bookkeeping;
    }

    /// Returns false, and reserves nothing, if there is no room. An event that is larger than the
    /// whole budget is accepted if no other is kept.
    [[nodiscard]] bool reserve(std::size_t bytes) noexcept {
        const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
        if (before == 0 || before + bytes <= bytes_max_) return true;
        release(bytes);
        return false;
    }
    /// Once per successful `reserve`, with the same bytes in total.
    void release(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

    [[nodiscard]] std::size_t used() const noexcept {
        return used_.load(std::memory_order_relaxed);
    }

private:
    const std::size_t bytes_max_;
    std::atomic<std::size_t> used_{0};
};

}  // namespace carillon
