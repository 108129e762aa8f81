// Whatever a Redis server answers is none of a script's replies, or holds nothing but what can be
// used.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "bus_message.hpp"
#include "carillon/cluster/script_contract.hpp"
#include "carillon/protocol/json_text.hpp"
#include "carillon/websocket/utf8.hpp"
#include "redis_parser.hpp"
#include "redis_value.hpp"
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

void take_apart(const ScriptValue& value) {
    (void)scripts::RegisterNode::Reply::decode(value);
    (void)scripts::UnregisterNode::Reply::decode(value);
    (void)scripts::SetWebhookRules::Reply::decode(value);
    (void)scripts::OfferRoster::Reply::decode(value);
    (void)scripts::Publish::Reply::decode(value);
    (void)scripts::CompareHeads::Reply::decode(value);
    (void)scripts::CacheMiss::Reply::decode(value);
    if (const auto reply = scripts::FinishResync::Reply::decode(value))
        require_bounded(reply->news);
    if (const auto reply = scripts::RenewLease::Reply::decode(value)) require_bounded(reply->news);
    if (const auto reply = scripts::ClearDeadNode::Reply::decode(value))
        require_bounded(reply->news);
    if (const auto reply = scripts::SyncTopic::Reply::decode(value)) require_bounded(reply->news);
    if (const auto reply = scripts::ReadTopic::Reply::decode(value)) {
        require_event(reply->last_event, reply->event_time);
        for (const auto& [id, info] : reply->members.value_or(MembersView{})) {
            require(is_utf8(id) && (info.empty() || scan_whole_json(info)));
        }
    }
    if (const auto reply = scripts::ChannelInfo::Reply::decode(value)) {
        require_event(reply->last_event, reply->event_time);
    }
    if (const auto reply = scripts::ListChannels::Reply::decode(value)) {
        for (const auto& channel : reply->channels) require(is_utf8(channel.name));
    }
    if (const auto reply = scripts::ListMembers::Reply::decode(value)) {
        for (const auto& [id, info] : reply->members) {
            require(is_utf8(id) && (info.empty() || scan_whole_json(info)));
        }
    }
    (void)scripts::CountConnections::Reply::decode(value);
    if (const auto reply = scripts::TakeWebhooks::Reply::decode(value)) {
        for (const std::string_view text : reply->records) {
            const auto record = WebhookRecord::parse(text);
            require(!record || (is_utf8(record->channel) && is_utf8(record->user_id)));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    RedisParser parser;
    parser.feed({reinterpret_cast<const char*>(data), size});
    while (const auto reply = parser.next()) take_apart(script_value_of(RedisReply(reply.get())));
    return 0;
}
