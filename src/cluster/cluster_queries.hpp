#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "carillon/channels/home.hpp"
#include "cluster_context.hpp"
#include "topic_table.hpp"

namespace carillon {

/// Answers REST's queries of channels with what Redis has; while Redis cannot be reached, with what
/// this node knows.
class ClusterQueries {
public:
    ClusterQueries(ClusterContext& context, TopicTable& topics, Home::Send send)
        : context_(context), topics_(topics), send_(std::move(send)) {}

    void on(ShardId from, ChannelQuery&& query);
    void on_down();

private:
    struct Open {
        ShardId from{};
        ChannelQuery query;
        ChannelAnswer answer;
        std::size_t answers_missing = 0;
    };

    void ask(std::uint64_t query_id, Open& open);
    void ask_list(std::uint64_t query_id, const ChannelQuery& query, const Partition& partition);
    void ask_users(std::uint64_t query_id, const ChannelQuery& query, const std::string& name);
    void ask_connections(std::uint64_t query_id, const ChannelQuery& query);
    void ask_channel(std::uint64_t query_id, const ChannelQuery& query, const std::string& name);
    template <class Request, class Note>
    void run(std::uint64_t query_id, const Partition& partition, const Request& request, Note note);
    [[nodiscard]] ChannelAnswer answer_from_node(const ChannelQuery& query);
    void list_from_node(const Partition& partition, AppIndex app, std::string_view prefix,
                        ChannelAnswer& answer);
    [[nodiscard]] std::vector<PresenceData> users_from_node(AppIndex app, const std::string& name,
                                                            bool with_info);
    [[nodiscard]] ChannelSummary summary_from_node(AppIndex app, const std::string& name);

    ClusterContext& context_;
    TopicTable& topics_;
    Home::Send send_;
    std::map<std::uint64_t, Open> open_;
    std::uint64_t last_query_id_ = 0;
};

}  // namespace carillon
