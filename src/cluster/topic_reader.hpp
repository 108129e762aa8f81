#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/cluster/script_contract.hpp"
#include "cluster_context.hpp"
#include "partition_state.hpp"

namespace carillon {

/// The state of a topic that a read returned. Views of its reply.
struct TopicRead {
    std::uint64_t subscriptions = 0;
    bool recovering = false;
    std::optional<MembersView> members;  ///< nothing if they were not asked for
    std::uint64_t roster_version = 0;
    std::uint64_t count = 0;  ///< announced last; 0: none
    bool is_first = false;    ///< the first of the topic
    bool repairs = false;     ///< what it changes was wrong on this node
};

/// Follows this node's topics: subscribes, reads where to start, applies each message in order, and
/// reads the messages that were missed.
class TopicReader {
public:
    class Observer {
    public:
        virtual ~Observer() = default;
        /// Once for each message, in order.
        virtual void on_message(Topic& topic, const BusMessage& message) = 0;
        /// A termination from before the first read, which that found.
        virtual void on_earlier_termination(Topic& topic, const BusMessage& message) = 0;
        /// After the messages that a read brought.
        virtual void on_read(Topic& topic, const TopicRead& read) = 0;
        /// After each message and each read: the topic's sequence has advanced.
        virtual void on_advanced(Topic& topic) = 0;
        /// A read failed on the topic's keys.
        virtual void on_unreadable(Topic& topic) = 0;
    };

    TopicReader(ClusterContext& context, std::deque<Partition>& partitions, Observer& observer);

    void on_up();
    void on_down();
    /// Compares the last numbers of some topics with Redis', since a lost last message leaves no
    /// gap. To be called every 100 ms.
    void sweep();

    /// In its turn: see `end_turn`.
    void follow(Topic& topic);
    /// Subscribes to topics that wait for that, as many as Redis takes without delay for others.
    void end_turn();
    void unfollow(Topic& topic);
    /// Reads members and subscriptions, too.
    void read_state(Topic& topic);

    void on_message(std::string_view subject, std::string_view text);
    void on_subscribed(std::string_view subject);

private:
    [[nodiscard]] Topic* find(std::string_view subject) const;
    [[nodiscard]] std::string subject_of(const Topic& topic) const;
    void subscribe(Topic& topic);
    static void invalidate_replica(Topic& topic);
    [[nodiscard]] static bool is_right(const Topic& topic, std::uint64_t version,
                                       std::uint64_t size);
    void take_last_event(Topic& topic, const scripts::ReadTopic::Reply& reply);
    static void on_lost(Topic& topic);
    void read(Topic& topic);
    void on_read(Topic& topic, const scripts::ReadTopic::Reply& reply);
    void on_failure(Topic& topic);
    void apply_terminations(Topic& topic, const scripts::ReadTopic::Reply& reply);
    void apply_ring(Topic& topic, const scripts::ReadTopic::Reply& reply);
    /// Nothing, which is counted, if the message is malformed.
    [[nodiscard]] std::optional<BusMessage> parse(std::string_view text);
    void apply_arrived(Topic& topic, std::uint64_t up_to);
    void apply_queued(Topic& topic);
    /// False if it is not the next message: the ring has to be read.
    bool apply(Topic& topic, std::string_view text);
    void apply_unordered(Topic& topic, std::string_view text);
    static bool mark_applied(Topic& topic, const BusMessage& message);
    void suspect(Topic& topic);
    void resolve_doubts();
    void compare(Partition& partition, const std::vector<Topic*>& topics);

    ClusterContext& context_;
    std::deque<Partition>& partitions_;
    Observer& observer_;
    std::size_t subject_begin_ = 0;  ///< where the topic begins in a subject
    std::uint64_t spacing_ = 1;      ///< of the partitions' numbers
    /// Confirmations that are still to come, per subject: only the last one counts.
    boost::unordered_flat_map<std::string, std::uint32_t, StringHash, std::equal_to<>> unconfirmed_;
    struct Waiting {
        Partition* partition;
        std::string key;
    };
    /// A topic about which Redis had something else, unless a message explains it by then.
    struct Doubt {
        Partition* partition;
        std::string key;
        std::uint64_t ticket;
        std::uint64_t sequence;
        bool is_behind;  ///< else it has the last number, and yet something else
        TimePoint due;
    };
    std::deque<Waiting> to_follow_;
    std::deque<Doubt> doubts_;
    std::uint64_t last_ticket_ = 0;
    std::size_t swept_ = 0;
};

}  // namespace carillon
