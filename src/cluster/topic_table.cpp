#include "topic_table.hpp"

#include <cassert>
#include <memory>
#include <utility>

#include "carillon/channels/partition.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "topic_name.hpp"

namespace carillon {
namespace {

std::string prefix_of(const std::string& prefix, std::size_t index) {
    std::string text = std::to_string(index);
    text.insert(0, 3 - text.size(), '0');
    return prefix + ":{p" + text + "}:";
}

Topic& make(Partition& partition, std::string name, ChannelAddress channel) {
    Topic& topic = partition.topics.insert(
        std::make_unique<Topic>(partition, std::move(name), std::move(channel)));
    topic.sequence.begin_after(partition.applied);
    return topic;
}

}  // namespace

std::string user_home(std::string_view user_id) {
    return std::string(user_channel_prefix).append(user_id);
}

TopicTable::TopicTable(const AppNames& apps, const ClusterOptions& options, ShardId self,
                       std::uint16_t shards)
    : apps_(apps), partition_count_(options.partitions), shards_(shards) {
    assert(partition_count_ == partition_count || partition_count_ % shards == 0);
    for (auto index = static_cast<std::size_t>(self); index < partition_count_; index += shards) {
        Partition& partition = partitions_.emplace_back();
        partition.index = static_cast<std::uint8_t>(index);
        partition.prefix = prefix_of(options.prefix, index);
    }
}

std::size_t TopicTable::index_of(AppIndex app, std::string_view channel) const {
    const std::size_t partition = carillon::partition_of(apps_.id(app), channel) % partition_count_;
    return partition / shards_;
}

Topic* TopicTable::find_channel(const ChannelAddress& channel) {
    return partition_of(channel.app, channel.name)
        .topics.find(channel_topic(apps_.id(channel.app), channel.name));
}

Topic& TopicTable::get_channel(const ChannelAddress& channel) {
    if (Topic* const known = find_channel(channel)) return *known;
    Topic& topic = make(partition_of(channel.app, channel.name),
                        channel_topic(apps_.id(channel.app), channel.name), channel);
    topic.is_cache = ChannelKind::of(channel.name).cache;
    if (topic.is_presence()) topic.presence = std::make_unique<Presence>();
    return topic;
}

Topic* TopicTable::find_user(const UserAddress& user) {
    return partition_of(user.app, user_home(user.id))
        .topics.find(user_topic(apps_.id(user.app), user.id));
}

Topic& TopicTable::get_user(const UserAddress& user) {
    if (Topic* const known = find_user(user)) return *known;
    Topic& topic = make(partition_of(user.app, user_home(user.id)),
                        user_topic(apps_.id(user.app), user.id), {user.app, user.id});
    topic.user = std::make_unique<UserState>();
    return topic;
}

Topic* TopicTable::find_quota(AppIndex app) {
    return partition_of(app, "").topics.find(quota_topic(apps_.id(app)));
}

Topic& TopicTable::get_quota(AppIndex app) {
    if (Topic* const known = find_quota(app)) return *known;
    Topic& topic = make(partition_of(app, ""), quota_topic(apps_.id(app)), {app, {}});
    topic.quota = std::make_unique<QuotaState>();
    return topic;
}

}  // namespace carillon
