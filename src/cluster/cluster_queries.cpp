#include "cluster_queries.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "carillon/cluster/script_contract.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "topic_name.hpp"

namespace carillon {
namespace {

template <class Reply>
ChannelSummary summary_of(std::string_view name, const Reply& reply) {
    ChannelSummary summary;
    summary.name = name;
    summary.presence = ChannelKind::of(name).is_presence();
    summary.subscriptions = reply.subscriptions;
    summary.users = reply.members;
    return summary;
}

std::vector<PresenceData> users_of(const MembersView& members) {
    std::vector<PresenceData> users;
    users.reserve(members.size());
    for (const auto& [id, info] : members) {
        PresenceData& user = users.emplace_back(PresenceData{std::string(id), std::nullopt});
        if (!info.empty()) user.user_info = std::string(info);
    }
    return users;
}

}  // namespace

void ClusterQueries::on(ShardId from, ChannelQuery&& query) {
    if (!context_.bus.is_up()) return send_(from, answer_from_node(query));
    const std::uint64_t query_id = ++last_query_id_;
    Open& open = open_[query_id];
    open.from = from;
    open.answer.query_id = query.query_id;
    open.query = std::move(query);
    ask(query_id, open);
}

void ClusterQueries::ask(std::uint64_t query_id, Open& open) {
    const ChannelQuery& query = open.query;
    switch (query.kind) {
        case ChannelQuery::Kind::by_prefix:
            open.answers_missing = topics_.partitions().size();
            for (const Partition& partition : topics_.partitions()) {
                ask_list(query_id, query, partition);
            }
            return;
        case ChannelQuery::Kind::users:
            open.answers_missing = 1;
            return ask_users(query_id, query, query.names.front());
        case ChannelQuery::Kind::by_name:
            open.answers_missing = query.names.size();
            for (const std::string& name : query.names) ask_channel(query_id, query, name);
            return;
        case ChannelQuery::Kind::connections:
            open.answers_missing = 1;
            return ask_connections(query_id, query);
    }
}

void ClusterQueries::ask_list(std::uint64_t query_id, const ChannelQuery& query,
                              const Partition& partition) {
    run(query_id, partition, scripts::ListChannels{context_.apps.id(query.app), query.prefix},
        [this, &partition, app = query.app, prefix = query.prefix](
            ChannelAnswer& answer, const ScriptResult<scripts::ListChannels::Reply>& result) {
            // If the script fails, the list has only this node's channels of the partition.
            if (!result) return list_from_node(partition, app, prefix, answer);
            for (const scripts::ListChannels::Channel& channel : result->channels) {
                answer.channels.push_back(summary_of(channel.name, channel));
            }
        });
}

void ClusterQueries::ask_users(std::uint64_t query_id, const ChannelQuery& query,
                               const std::string& name) {
    const std::string topic = channel_topic(context_.apps.id(query.app), name);
    run(query_id, topics_.partition_of(query.app, name),
        scripts::ListMembers{topic, query.with_info},
        [this, app = query.app, name, with_info = query.with_info](
            ChannelAnswer& answer, const ScriptResult<scripts::ListMembers::Reply>& result) {
            answer.users =
                result ? users_of(result->members) : users_from_node(app, name, with_info);
        });
}

void ClusterQueries::ask_connections(std::uint64_t query_id, const ChannelQuery& query) {
    const Partition& partition = topics_.partition_of(query.app, "");
    run(query_id, partition, scripts::CountConnections{context_.apps.id(query.app), partition.node},
        [](ChannelAnswer& answer, const ScriptResult<scripts::CountConnections::Reply>& result) {
            if (result) answer.connections_elsewhere = result->connections;
        });
}

void ClusterQueries::ask_channel(std::uint64_t query_id, const ChannelQuery& query,
                                 const std::string& name) {
    const std::string topic = channel_topic(context_.apps.id(query.app), name);
    run(query_id, topics_.partition_of(query.app, name), scripts::ChannelInfo{topic},
        [this, app = query.app, name, cached = query.cached](
            ChannelAnswer& answer, const ScriptResult<scripts::ChannelInfo::Reply>& result) {
            if (!result) {
                answer.channels.push_back(summary_from_node(app, name));
                return;
            }
            ChannelSummary one = summary_of(name, *result);
            if (cached && !result->last_event.empty()) {
                one.cached = CachedEvent{std::string(result->last_event), result->event_time};
            }
            answer.channels.push_back(std::move(one));
        });
}

/// Runs a script for a query. `note` adds what it returned to the query's answer, which is sent
/// with the last one.
template <class Request, class Note>
void ClusterQueries::run(std::uint64_t query_id, const Partition& partition, const Request& request,
                         Note note) {
    context_.bus.run(partition.prefix, request,
                     [this, query_id,
                      note = std::move(note)](const ScriptResult<typename Request::Reply>& result) {
                         const auto found = open_.find(query_id);
                         if (found == open_.end()) return;
                         Open& open = found->second;
                         note(open.answer, result);
                         if (--open.answers_missing > 0) return;
                         const Open complete = std::move(open);
                         open_.erase(found);
                         send_(complete.from, complete.answer);
                     });
}

void ClusterQueries::on_down() {
    for (const auto& [query_id, open] : std::exchange(open_, {})) {
        send_(open.from, answer_from_node(open.query));
    }
}

ChannelSummary ClusterQueries::summary_from_node(AppIndex app, const std::string& name) {
    ChannelSummary summary;
    summary.name = name;
    summary.presence = ChannelKind::of(name).is_presence();
    const Topic* const topic =
        topics_.partition_of(app, name).topics.find(channel_topic(context_.apps.id(app), name));
    if (topic == nullptr) return summary;
    summary.subscriptions = topic->subscriptions;
    if (topic->presence) {
        summary.users = static_cast<std::uint32_t>(topic->presence->replica.size());
    }
    if (topic->last_event && topic->last_event->expires > context_.now()) {
        summary.cached =
            CachedEvent{topic->last_event->text, topic->last_event->expires - context_.now()};
    }
    return summary;
}

ChannelAnswer ClusterQueries::answer_from_node(const ChannelQuery& query) {
    ChannelAnswer answer{.query_id = query.query_id, .channels = {}, .users = {}};
    if (query.kind == ChannelQuery::Kind::by_name) {
        for (const std::string& name : query.names) {
            answer.channels.push_back(summary_from_node(query.app, name));
        }
        return answer;
    }
    if (query.kind == ChannelQuery::Kind::users) {
        answer.users = users_from_node(query.app, query.names.front(), query.with_info);
        return answer;
    }
    if (query.kind == ChannelQuery::Kind::connections) return answer;
    for (const Partition& partition : topics_.partitions()) {
        list_from_node(partition, query.app, query.prefix, answer);
    }
    return answer;
}

std::vector<PresenceData> ClusterQueries::users_from_node(AppIndex app, const std::string& name,
                                                          bool with_info) {
    const std::string key = channel_topic(context_.apps.id(app), name);
    const Topic* const topic = topics_.partition_of(app, name).topics.find(key);
    if (topic == nullptr || !topic->presence) return {};
    return topic->presence->replica.members(with_info);
}

void ClusterQueries::list_from_node(const Partition& partition, AppIndex app,
                                    std::string_view prefix, ChannelAnswer& answer) {
    for (const auto& topic : partition.topics) {
        const std::string& name = topic->channel.name;
        const bool listed = !topic->is_user() && topic->channel.app == app &&
                            topic->subscriptions > 0 && name.starts_with(prefix) &&
                            !name.starts_with('#');
        if (listed) answer.channels.push_back(summary_from_node(app, name));
    }
}

}  // namespace carillon
