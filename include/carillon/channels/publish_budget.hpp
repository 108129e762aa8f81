#pragma once

#include <atomic>
#include <cstddef>
#include <string_view>

namespace carillon {

/// What a node of a cluster may have accepted without its being safe yet: an event is refused
/// before any of it is delivered, or else it is kept until Redis has it. Shared by all shards, any
/// thread.
class PublishBudget {
public:
    explicit PublishBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// What an event counts for, whoever asks.
    [[nodiscard]] static std::size_t cost(std::string_view channel,
                                          std::string_view text) noexcept {
        constexpr std::size_t bookkeeping = 256;
        return channel.size() + text.size() + bookkeeping;
    }

    /// False, and nothing taken, if there is no room. Something larger than all goes in alone.
    [[nodiscard]] bool reserve(std::size_t bytes) noexcept {
        const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
        if (before == 0 || before + bytes <= bytes_max_) return true;
        release(bytes);
        return false;
    }
    void release(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

    [[nodiscard]] std::size_t used() const noexcept {
        return used_.load(std::memory_order_relaxed);
    }

private:
    const std::size_t bytes_max_;
    std::atomic<std::size_t> used_{0};
};

}  // namespace carillon
