// Whatever a Redis server answers is none of a script's replies, or holds nothing but what can be
// used.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "bus_message.hpp"
#include "carillon/protocol/json_text.hpp"
#include "carillon/websocket/utf8.hpp"
#include "redis_parser.hpp"
#include "script_replies.hpp"
#include "webhook_record.hpp"

namespace {

using namespace carillon;

void require(bool holds) {
    if (!holds) std::abort();
}

void require_bounded(const PartitionNews& news) {
    require(!news.due || (news.due->count() >= 0 && news.due->count() < (1LL << 40)));
}

void require_event(std::string_view event, std::chrono::milliseconds stays) {
    require(event.empty() || is_event(event));
    require(stays.count() >= 0 && stays.count() < (1LL << 40));
}

void take_apart(const RedisReply& reply) {
    (void)RegisterNodeReply::parse(reply);
    if (const auto parsed = FinishResyncReply::parse(reply)) require_bounded(parsed->news);
    if (const auto parsed = RenewLeaseReply::parse(reply)) require_bounded(parsed->news);
    if (const auto parsed = ClearDeadNodeReply::parse(reply)) require_bounded(parsed->news);
    if (const auto parsed = SyncTopicReply::parse(reply)) require_bounded(parsed->news);
    (void)parse_publish_reply(reply);
    (void)parse_compare_heads_reply(reply);
    (void)parse_cache_miss_reply(reply);
    if (const auto parsed = ReadTopicReply::parse(reply)) {
        require_event(parsed->last_event, parsed->event_stays);
        for (const auto& [id, info] : parsed->members.value_or(MembersView{})) {
            require(is_utf8(id) && (info.empty() || scan_whole_json(info)));
        }
    }
    if (const auto parsed = parse_channel_info_reply(reply)) {
        require_event(parsed->last_event, parsed->event_stays);
    }
    if (const auto parsed = parse_list_channels_reply(reply)) {
        for (const ChannelReply& channel : *parsed) require(is_utf8(channel.name));
    }
    if (const auto parsed = parse_list_members_reply(reply)) {
        for (const std::string_view id : *parsed) require(is_utf8(id));
    }
    if (const auto parsed = parse_texts(reply)) {
        for (const std::string_view text : *parsed) {
            const auto record = WebhookRecord::parse(text);
            require(!record || (is_utf8(record->channel) && is_utf8(record->user_id)));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    RedisParser parser;
    parser.feed({reinterpret_cast<const char*>(data), size});
    while (const auto reply = parser.next()) take_apart(RedisReply(reply.get()));
    return 0;
}
