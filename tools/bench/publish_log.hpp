#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace carillon::bench {

/// What was published: for each publisher and channel the next sequence number, and which ones
/// the server did not answer for, so that it may have taken them or not.
class PublishLog {
public:
    PublishLog(std::size_t publishers, std::size_t channels)
        : channels_(channels), next_(publishers * channels) {}

    /// The number of the next event; taken at once.
    std::uint32_t take(std::size_t publisher, std::uint32_t channel) {
        return next_[publisher * channels_ + channel]++;
    }
    /// The server refused the publisher's latest event on the channel: the number is free again.
    void give_back(std::size_t publisher, std::uint32_t channel) {
        --next_[publisher * channels_ + channel];
    }
    /// The server did not answer for this event: it may arrive or not. Numbers are ascending.
    void doubt(std::size_t publisher, std::uint32_t channel, std::uint32_t sequence) {
        unsure_[publisher * channels_ + channel].push_back(sequence);
    }

    [[nodiscard]] std::uint32_t published(std::size_t publisher, std::uint32_t channel) const {
        return next_[publisher * channels_ + channel];
    }
    [[nodiscard]] std::span<const std::uint32_t> unsure(std::size_t publisher,
                                                        std::uint32_t channel) const {
        const auto found = unsure_.find(publisher * channels_ + channel);
        if (found == unsure_.end()) return {};
        return found->second;
    }
    [[nodiscard]] bool has_doubts() const noexcept { return !unsure_.empty(); }

private:
    std::size_t channels_;
    std::vector<std::uint32_t> next_;
    std::map<std::size_t, std::vector<std::uint32_t>> unsure_;
};

}  // namespace carillon::bench
