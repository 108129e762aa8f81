#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster_context.hpp"
#include "partition_state.hpp"
#include "script_replies.hpp"

namespace carillon {

/// What a read found beside messages. Views of its reply.
struct TopicRead {
    std::uint64_t subscriptions = 0;
    bool recovering = false;
    std::optional<MembersView> members;  ///< nothing if they are as they were, as far as is known
    std::uint64_t members_number = 0;
};

/// Keeps this node's topics up with what is said of them: subscribes, reads where it starts, takes
/// every message at its place, and reads what it missed.
class TopicReader {
public:
    class Listener {
    public:
        virtual ~Listener() = default;
        /// Once for each message, in order.
        virtual void on_said(Topic& topic, const BusMessage& message) = 0;
        /// After the messages that a read brought.
        virtual void on_read(Topic& topic, const TopicRead& read) = 0;
        /// After each message, and each read: the topic is further than it was.
        virtual void on_moved(Topic& topic) = 0;
        /// Redis has a key of the topic that the read fails on.
        virtual void on_unreadable(Topic& topic) = 0;
    };

    TopicReader(ClusterContext& context, std::deque<Partition>& partitions, Listener& listener);

    void on_up();
    void on_down();
    /// Asks about some of the topics whether anything was missed: the last message of all shows no
    /// hole. To be called every 100 ms or so.
    void sweep();

    void follow(Topic& topic);
    void unfollow(Topic& topic);
    /// Also what is not in messages: members, subscriptions.
    void read_state(Topic& topic);

    void on_message(std::string_view subject, std::string_view text);
    void on_subscribed(std::string_view subject);

private:
    [[nodiscard]] Topic* find(std::string_view subject) const;
    [[nodiscard]] std::string subject_of(const Topic& topic) const;
    void subscribe(Topic& topic);
    void read(Topic& topic);
    void on_read(Topic& topic, const ReadReply& reply);
    void on_failure(Topic& topic);
    void take_ring(Topic& topic, const ReadReply& reply);
    /// Nothing, which is counted, if it is none of ours.
    [[nodiscard]] std::optional<BusMessage> parse(std::string_view text);
    void take_early(Topic& topic);
    /// False if it did not fit.
    bool take(Topic& topic, std::string_view text);
    void take_without_order(Topic& topic, std::string_view text);
    static bool hear(Topic& topic, const BusMessage& message);
    void compare(const Partition& partition, const std::vector<Topic*>& topics);

    ClusterContext& context_;
    std::deque<Partition>& partitions_;
    Listener& listener_;
    std::size_t subject_begin_ = 0;  ///< where the topic begins in a subject
    std::uint64_t spacing_ = 1;      ///< of the partitions' numbers
    /// Confirmations that are still to come: only the last of a subject's stands for it.
    boost::unordered_flat_map<std::string, std::uint32_t, StringHash, std::equal_to<>> unconfirmed_;
    std::uint64_t last_ticket_ = 0;
    std::size_t swept_ = 0;
};

}  // namespace carillon
