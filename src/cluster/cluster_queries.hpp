#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "carillon/channels/home.hpp"
#include "cluster_context.hpp"
#include "partition_state.hpp"

namespace carillon {

/// Answers REST's questions about channels from what Redis has. While Redis cannot be reached, from
/// what this node knows itself.
class ClusterQueries {
public:
    ClusterQueries(ClusterContext& context, std::deque<Partition>& partitions, Home::Send send,
                   std::function<Partition&(AppIndex, std::string_view)> partition_of)
        : context_(context),
          partitions_(partitions),
          send_(std::move(send)),
          partition_of_(std::move(partition_of)) {}

    void on(ShardId from, ChannelQuery&& query);
    void on_down();

private:
    struct Open {
        ShardId from{};
        ChannelQuery query;
        ChannelAnswer answer;
        std::size_t answers_missing = 0;
    };

    void ask(std::uint64_t number, Open& open);
    void call(std::uint64_t number, Script script, const Partition& partition,
              const Arguments& arguments,
              std::function<void(ChannelAnswer&, const RedisReply&)> note);
    [[nodiscard]] ChannelAnswer answer_alone(const ChannelQuery& query);
    [[nodiscard]] ChannelSummary summary_alone(AppIndex app, const std::string& name);

    ClusterContext& context_;
    std::deque<Partition>& partitions_;
    Home::Send send_;
    std::function<Partition&(AppIndex, std::string_view)> partition_of_;
    std::map<std::uint64_t, Open> open_;
    std::uint64_t last_number_ = 0;
};

}  // namespace carillon
