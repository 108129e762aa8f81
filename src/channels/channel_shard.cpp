#include "carillon/channels/channel_shard.hpp"

#include <type_traits>
#include <variant>

#include "carillon/channels/partition.hpp"

namespace carillon {
namespace {

template <class Message>
constexpr bool is_for_edge =
    std::is_same_v<Message, JoinAnswer> || std::is_same_v<Message, ClientEventRefused> ||
    std::is_same_v<Message, Deliver>;

}  // namespace

ChannelShard::ChannelShard(ShardId self, std::uint16_t shards, ShardMail& mail,
                           std::function<std::uint64_t()> random, ShardMetrics& metrics)
    : self_(self),
      shards_(shards),
      mail_(mail),
      metrics_(metrics),
      random_(std::move(random)),
      home_([this](ShardId to, ShardMessage message) { send(to, std::move(message)); }),
      local_(
          shards, [this](ShardId to, ShardMessage message) { send(to, std::move(message)); },
          metrics),
      queries_(shards, [this](ShardId to, ShardMessage message) { send(to, std::move(message)); }) {
}

void ChannelShard::send(ShardId to, ShardMessage message) {
    if (to == self_) {
        receive(self_, std::move(message));
    } else {
        mail_.post(to, std::move(message));
    }
}

void ChannelShard::receive(ShardId from, ShardMessage&& message) {
    const auto hand_over = [&]<class Message>(Message&& known) {
        using Kind = std::remove_cvref_t<Message>;
        if constexpr (std::is_same_v<Kind, ChannelAnswer>) {
            queries_.on(std::move(known));
        } else if constexpr (is_for_edge<Kind>) {
            local_.on(std::move(known));
        } else {
            home_.on(from, std::move(known));
        }
    };
    std::visit(hand_over, std::move(message));
}

void ChannelShard::publish(const App& app, const ChannelName& channel, std::string text,
                           SocketId excluded, TimePoint now) {
    ++metrics_.events_published;
    send(home_of(app.id.get(), channel.text(), shards_),
         Publish{{app.index, channel.text()}, std::move(text), excluded, now});
}

bool ChannelShard::any_full() const {
    for (std::uint16_t shard = 0; shard < shards_; ++shard) {
        const auto other = static_cast<ShardId>(shard);
        if (other != self_ && mail_.full(other)) return true;
    }
    return false;
}

SocketId ChannelShard::new_socket_id() {
    constexpr std::uint64_t max = 0x7fffffff;
    const std::uint64_t random = random_();
    return {1 + (random & 0xffffffffU) % max, 1 + (random >> 32U) % max};
}

}  // namespace carillon
