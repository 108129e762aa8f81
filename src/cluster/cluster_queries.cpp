#include "cluster_queries.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "carillon/protocol/channel_name.hpp"
#include "script_replies.hpp"
#include "topic_name.hpp"

namespace carillon {
namespace {

ChannelSummary summary_of(std::string_view name, const ChannelReply& reply) {
    ChannelSummary summary;
    summary.name = name;
    summary.presence = ChannelKind::of(name).is_presence();
    summary.subscriptions = reply.subscriptions;
    summary.users = reply.members;
    return summary;
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
    const std::string& app = context_.apps.id(query.app);
    if (query.kind == ChannelQuery::Kind::by_prefix) {
        open.answers_missing = topics_.partitions().size();
        Arguments arguments;
        arguments.add(app).add(query.prefix);
        for (const Partition& partition : topics_.partitions()) {
            call(query_id, Script::list_channels, partition, arguments,
                 [this, &partition, app_index = query.app, prefix = query.prefix](
                     ChannelAnswer& answer, const RedisReply& reply) {
                     const auto channels = context_.checked(Script::list_channels, partition.prefix,
                                                            reply, parse_list_channels_reply);
                     // If the script fails, the list has only this node's channels of the
                     // partition.
                     if (!channels) return list_from_node(partition, app_index, prefix, answer);
                     for (const ChannelReply& channel : *channels) {
                         answer.channels.push_back(summary_of(channel.name, channel));
                     }
                 });
        }
        return;
    }
    if (query.kind == ChannelQuery::Kind::users) {
        open.answers_missing = 1;
        Arguments arguments;
        const std::string& name = query.names.front();
        arguments.add_owned(channel_topic(app, name));
        const Partition& partition = topics_.partition_of(query.app, name);
        return call(query_id, Script::list_members, partition, arguments,
                    [this, &partition, app_index = query.app, name](ChannelAnswer& answer,
                                                                    const RedisReply& reply) {
                        const auto ids = context_.checked(Script::list_members, partition.prefix,
                                                          reply, parse_list_members_reply);
                        if (!ids) {
                            answer.users = users_from_node(app_index, name);
                        } else {
                            answer.users.assign(ids->begin(), ids->end());
                        }
                    });
    }
    open.answers_missing = query.names.size();
    for (const std::string& name : query.names) {
        Arguments arguments;
        arguments.add_owned(channel_topic(app, name));
        const Partition& partition = topics_.partition_of(query.app, name);
        call(query_id, Script::channel_info, partition, arguments,
             [this, &partition, app_index = query.app, name, cached = query.cached](
                 ChannelAnswer& answer, const RedisReply& reply) {
                 const auto channel = context_.checked(Script::channel_info, partition.prefix,
                                                       reply, parse_channel_info_reply);
                 if (!channel) {
                     answer.channels.push_back(summary_from_node(app_index, name));
                     return;
                 }
                 ChannelSummary one = summary_of(name, *channel);
                 if (cached && !channel->last_event.empty()) {
                     one.cached =
                         CachedEvent{std::string(channel->last_event), channel->event_stays};
                 }
                 answer.channels.push_back(std::move(one));
             });
    }
}

void ClusterQueries::call(std::uint64_t query_id, Script script, const Partition& partition,
                          const Arguments& arguments,
                          std::function<void(ChannelAnswer&, const RedisReply&)> note) {
    context_.bus.call(script, partition.prefix, arguments,
                      [this, query_id, note = std::move(note)](const RedisReply& reply) {
                          const auto found = open_.find(query_id);
                          if (found == open_.end()) return;
                          Open& open = found->second;
                          note(open.answer, reply);
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
        answer.users = users_from_node(query.app, query.names.front());
        return answer;
    }
    for (const Partition& partition : topics_.partitions()) {
        list_from_node(partition, query.app, query.prefix, answer);
    }
    return answer;
}

std::vector<std::string> ClusterQueries::users_from_node(AppIndex app, const std::string& name) {
    const std::string key = channel_topic(context_.apps.id(app), name);
    const Topic* const topic = topics_.partition_of(app, name).topics.find(key);
    if (topic == nullptr || !topic->presence) return {};
    return topic->presence->replica.ids();
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
