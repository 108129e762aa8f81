#pragma once

#include <deque>
#include <string>
#include <vector>

#include "cluster_context.hpp"
#include "partition_lease.hpp"
#include "partition_state.hpp"
#include "script_replies.hpp"

namespace carillon {

/// Tells Redis what this node holds of its topics: one operation at a time a topic, which carries
/// all that has changed since the last. So a thousand joins of one channel are a few operations,
/// and whatever is told twice is the same the second time.
class LocalStateSync {
public:
    class Listener {
    public:
        virtual ~Listener() = default;
        /// Redis knows what was told; it stands for `number` of the sequence. `refused`: members
        /// for whom the channel was full.
        virtual void on_told(Topic& topic, std::uint64_t number,
                             const std::vector<std::string>& refused) = 0;
        /// Redis has a key of the topic that scripts fail on: until that is mended, the node does
        /// without Redis there.
        virtual void on_broken(Topic& topic) = 0;
    };

    LocalStateSync(ClusterContext& context, PartitionLease& life, Listener& listener)
        : context_(context), life_(life), listener_(listener) {}

    /// Something that the node holds of it has changed.
    void want(Topic& topic);
    /// Its partition was registered anew: all is to be told. False if there is nothing.
    bool resync(Topic& topic);
    void on_down(Topic& topic);
    /// The topic is heard now.
    void resume(Topic& topic);
    /// Nothing waits any more.
    [[nodiscard]] bool is_idle() const noexcept { return wanted_.empty() && under_way_ == 0; }

    void end_turn();

private:
    void tell(Topic& topic);
    void on_answer(Topic& topic, std::uint32_t told, bool all, const HoldReply& reply);
    void on_failure(Topic& topic);
    void give_up(Topic& topic);
    void tell_replica(Topic& topic);

    ClusterContext& context_;
    PartitionLease& life_;
    Listener& listener_;
    struct Wanted {
        Partition* partition;
        std::string key;
    };
    struct Failed {
        Wanted wanted;
        TimePoint retry_at;
    };
    std::deque<Wanted> wanted_;
    std::deque<Failed> failed_;
    std::size_t under_way_ = 0;
};

}  // namespace carillon
