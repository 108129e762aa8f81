#include "carillon/channels/channel_queries.hpp"

#include <iterator>
#include <map>
#include <utility>

#include "carillon/channels/partition.hpp"

namespace carillon {

std::uint64_t ChannelQueries::begin(std::size_t answers, std::function<void(ChannelAnswer)> done) {
    const std::uint64_t query_id = ++last_query_id_;
    pending_.emplace(query_id, PendingQuery{answers, {}, std::move(done)});
    return query_id;
}

void ChannelQueries::list(const App& app, const std::string& prefix, Summaries done) {
    const std::uint64_t query_id = begin(shards_, [done = std::move(done)](ChannelAnswer answer) {
        done(std::move(answer.channels));
    });
    for (std::uint16_t shard = 0; shard < shards_; ++shard) {
        send_(static_cast<ShardId>(shard), ChannelQuery{.query_id = query_id,
                                                        .app = app.index,
                                                        .kind = ChannelQuery::Kind::by_prefix,
                                                        .prefix = prefix,
                                                        .names = {}});
    }
}

void ChannelQueries::summarize(const App& app, const std::vector<ChannelName>& channels,
                               Summaries done, bool cached) {
    std::map<ShardId, std::vector<std::string>> by_home;
    for (const ChannelName& channel : channels) {
        by_home[home_of(app.id.get(), channel.text(), shards_)].push_back(channel.text());
    }
    auto in_order = [channels, done = std::move(done)](ChannelAnswer answer) {
        std::map<std::string, ChannelSummary> by_name;
        for (ChannelSummary& summary : answer.channels) {
            std::string name = summary.name;
            by_name.emplace(std::move(name), std::move(summary));
        }
        std::vector<ChannelSummary> summaries;
        summaries.reserve(channels.size());
        for (const ChannelName& channel : channels) summaries.push_back(by_name[channel.text()]);
        done(std::move(summaries));
    };
    const std::uint64_t query_id = begin(by_home.size(), std::move(in_order));
    for (auto& [home, names] : by_home) {
        send_(home, ChannelQuery{.query_id = query_id,
                                 .app = app.index,
                                 .kind = ChannelQuery::Kind::by_name,
                                 .prefix = {},
                                 .names = std::move(names),
                                 .cached = cached});
    }
}

void ChannelQueries::users(const App& app, const ChannelName& channel, bool with_info, Users done) {
    const std::uint64_t query_id =
        begin(1, [done = std::move(done)](ChannelAnswer answer) { done(std::move(answer.users)); });
    send_(home_of(app.id.get(), channel.text(), shards_),
          ChannelQuery{.query_id = query_id,
                       .app = app.index,
                       .kind = ChannelQuery::Kind::users,
                       .prefix = {},
                       .names = {channel.text()},
                       .with_info = with_info});
}

void ChannelQueries::connections(const App& app, Connections done) {
    auto with_own = [usage = app.usage, done = std::move(done)](const ChannelAnswer& answer) {
        done(usage->open_connections() + answer.connections_elsewhere);
    };
    const std::uint64_t query_id = begin(1, std::move(with_own));
    send_(home_of(app.id.get(), "", shards_), ChannelQuery{.query_id = query_id,
                                                           .app = app.index,
                                                           .kind = ChannelQuery::Kind::connections,
                                                           .prefix = {},
                                                           .names = {}});
}

void ChannelQueries::on(ChannelAnswer&& answer) {
    const auto found = pending_.find(answer.query_id);
    if (found == pending_.end()) return;
    ChannelAnswer& gathered = found->second.gathered;
    gathered.channels.insert(gathered.channels.end(),
                             std::make_move_iterator(answer.channels.begin()),
                             std::make_move_iterator(answer.channels.end()));
    gathered.users.insert(gathered.users.end(), std::make_move_iterator(answer.users.begin()),
                          std::make_move_iterator(answer.users.end()));
    gathered.connections_elsewhere += answer.connections_elsewhere;
    if (--found->second.answers_missing > 0) return;
    PendingQuery complete = std::move(found->second);
    pending_.erase(found);
    complete.done(std::move(complete.gathered));
}

}  // namespace carillon
