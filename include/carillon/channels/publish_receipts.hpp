#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "carillon/channels/shard_message.hpp"

namespace carillon {

/// Publishes of a shard that homes have not answered yet; only in a cluster. Pure.
class PublishReceipts {
public:
    /// A receipt for `publishes` requests, at least one. Calls `done` when all are answered.
    [[nodiscard]] std::uint64_t open(std::size_t publishes, std::function<void()> done) {
        pending_.emplace(++last_receipt_, Pending{publishes, std::move(done)});
        return last_receipt_;
    }

    void on(PublishAnswer&& answer) {
        const auto found = pending_.find(answer.receipt);
        if (found == pending_.end() || --found->second.answers_missing > 0) return;
        const std::function<void()> done = std::move(found->second.done);
        pending_.erase(found);
        done();
    }

private:
    struct Pending {
        std::size_t answers_missing = 0;
        std::function<void()> done;
    };

    boost::unordered_flat_map<std::uint64_t, Pending> pending_;
    std::uint64_t last_receipt_ = 0;
};

}  // namespace carillon
