#include "cluster_queries.hpp"

#include <chrono>
#include <utility>
#include <vector>

#include "carillon/protocol/channel_name.hpp"
#include "number_in.hpp"
#include "topic_name.hpp"

namespace carillon {
namespace {

ChannelSummary summary(std::string_view name, const RedisReply& subscriptions,
                       const RedisReply& members) {
    ChannelSummary summary;
    summary.name = name;
    summary.presence = ChannelKind::of(name).is_presence();
    summary.subscriptions = static_cast<std::uint32_t>(number_in(subscriptions.text()));
    summary.users = static_cast<std::uint32_t>(number_in(members.text()));
    return summary;
}

}  // namespace

void ClusterQueries::on(ShardId from, ChannelQuery&& query) {
    if (!context_.bus.is_up()) return send_(from, answer_alone(query));
    const std::uint64_t number = ++last_number_;
    Open& open = open_[number];
    open.from = from;
    open.answer.number = query.number;
    open.query = std::move(query);
    ask(number, open);
}

void ClusterQueries::ask(std::uint64_t number, Open& open) {
    const ChannelQuery& query = open.query;
    const std::string& app = context_.apps.id(query.app);
    if (query.what == ChannelQuery::What::by_prefix) {
        open.answers_missing = topics_.partitions().size();
        Arguments arguments;
        arguments.add(app).add(query.prefix);
        for (const Partition& partition : topics_.partitions()) {
            call(number, Script::list, partition, arguments,
                 [](ChannelAnswer& answer, const RedisReply& reply) {
                     for (std::size_t i = 0; i + 2 < reply.size(); i += 3) {
                         answer.channels.push_back(
                             summary(reply[i].text(), reply[i + 1], reply[i + 2]));
                     }
                 });
        }
        return;
    }
    if (query.what == ChannelQuery::What::users) {
        open.answers_missing = 1;
        Arguments arguments;
        const std::string& name = query.names.front();
        arguments.add_owned(channel_topic(app, name));
        return call(number, Script::members, topics_.partition_of(query.app, name), arguments,
                    [](ChannelAnswer& answer, const RedisReply& reply) {
                        for (std::size_t i = 0; i < reply.size(); ++i) {
                            answer.users.emplace_back(reply[i].text());
                        }
                    });
    }
    open.answers_missing = query.names.size();
    for (const std::string& name : query.names) {
        Arguments arguments;
        arguments.add_owned(channel_topic(app, name));
        call(number, Script::ask, topics_.partition_of(query.app, name), arguments,
             [name, cached = query.cached](ChannelAnswer& answer, const RedisReply& reply) {
                 if (reply.size() < 4) return;
                 ChannelSummary one = summary(name, reply[0], reply[1]);
                 if (cached && !reply[2].is_nil()) {
                     const std::chrono::milliseconds stays(reply[3].integer());
                     one.cached = CachedEvent{std::string(reply[2].text()), stays};
                 }
                 answer.channels.push_back(std::move(one));
             });
    }
}

void ClusterQueries::call(std::uint64_t number, Script script, const Partition& partition,
                          const Arguments& arguments,
                          std::function<void(ChannelAnswer&, const RedisReply&)> note) {
    context_.bus.call(script, partition.prefix, arguments,
                      [this, number, note = std::move(note)](const RedisReply& reply) {
                          const auto found = open_.find(number);
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
    for (const auto& [number, open] : std::exchange(open_, {})) {
        send_(open.from, answer_alone(open.query));
    }
}

ChannelSummary ClusterQueries::summary_alone(AppIndex app, const std::string& name) {
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

ChannelAnswer ClusterQueries::answer_alone(const ChannelQuery& query) {
    ChannelAnswer answer{.number = query.number, .channels = {}, .users = {}};
    if (query.what == ChannelQuery::What::by_name) {
        for (const std::string& name : query.names) {
            answer.channels.push_back(summary_alone(query.app, name));
        }
        return answer;
    }
    if (query.what == ChannelQuery::What::users) {
        const std::string& name = query.names.front();
        const std::string key = channel_topic(context_.apps.id(query.app), name);
        const Topic* const topic = topics_.partition_of(query.app, name).topics.find(key);
        if (topic != nullptr && topic->presence) answer.users = topic->presence->replica.ids();
        return answer;
    }
    for (const Partition& partition : topics_.partitions()) {
        for (const auto& topic : partition.topics) {
            const std::string& name = topic->channel.name;
            const bool listed = !topic->is_user() && topic->channel.app == query.app &&
                                topic->subscriptions > 0 && name.starts_with(query.prefix) &&
                                !name.starts_with('#');
            if (listed) answer.channels.push_back(summary_alone(query.app, name));
        }
    }
    return answer;
}

}  // namespace carillon
