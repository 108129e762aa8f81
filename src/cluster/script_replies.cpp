#include "script_replies.hpp"

#include <algorithm>
#include <limits>

#include "bus_message.hpp"
#include "carillon/base/parse_integer.hpp"
#include "carillon/protocol/channel_name.hpp"
#include "carillon/protocol/json_text.hpp"
#include "carillon/websocket/utf8.hpp"
#include "redis_bus.hpp"

namespace carillon {
namespace {

using std::chrono::milliseconds;

/// Longer than anything that a script defers or keeps.
constexpr std::int64_t longest_ms = std::int64_t{30} * 24 * 3600 * 1000;

/// Reads the elements of an array in order. An element of another type makes `is_good` false, and
/// reads as empty: one check at the end is enough.
class Elements {
public:
    explicit Elements(const RedisReply& reply) : reply_(reply), good_(reply.is_array()) {}

    [[nodiscard]] bool at_end() const { return !good_ || next_ >= reply_.size(); }
    [[nodiscard]] bool is_good() const { return good_; }
    /// All elements were read, and had the right type.
    [[nodiscard]] bool is_whole() const { return good_ && next_ == reply_.size(); }

    std::string_view text() {
        const RedisReply element = take();
        return check(element.is_text()) ? element.text() : std::string_view{};
    }
    /// "" for nil.
    std::string_view text_or_nil() {
        const RedisReply element = take();
        return check(element.is_text() || element.is_nil()) ? element.text() : std::string_view{};
    }
    std::uint64_t number() {
        const auto number = parse_integer<std::uint64_t>(text());
        return check(number.has_value()) ? *number : 0;
    }
    std::uint32_t count() {
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>(number(), std::numeric_limits<std::uint32_t>::max()));
    }
    bool flag() { return integer() == 1; }
    milliseconds duration() {
        return milliseconds(std::clamp<std::int64_t>(integer(), 0, longest_ms));
    }
    std::int64_t integer() {
        const RedisReply element = take();
        return check(element.is_integer()) ? element.integer() : 0;
    }
    PartitionNews news() {
        PartitionNews news;
        if (const std::string_view due = text(); due != "-") {
            const auto ms = parse_integer<std::uint64_t>(due);
            if (check(ms.has_value())) {
                news.due = milliseconds(std::min<std::uint64_t>(*ms, longest_ms));
            }
        }
        news.has_webhooks = integer() > 0;
        return news;
    }
    RedisReply take() {
        const std::size_t at = next_++;
        check(at < reply_.size());
        return reply_[at];
    }
    bool check(bool holds) {
        good_ = good_ && holds;
        return good_;
    }
    std::vector<std::string_view> texts() {
        const auto texts = parse_texts(take());
        return check(texts.has_value()) ? *texts : std::vector<std::string_view>{};
    }

private:
    RedisReply reply_;
    std::size_t next_ = 0;
    bool good_;
};

bool is_stale(const RedisReply& reply) {
    return reply.size() == 1 && reply[0].text() == "STALE";
}

bool is_accepted(std::string_view verdict) {
    return verdict == "OK" || verdict == "DONE";
}

bool is_json(std::string_view text) {
    return is_utf8(text) && scan_whole_json(text);
}

std::optional<MembersView> parse_members(const RedisReply& reply) {
    Elements elements(reply);
    MembersView members;
    while (!elements.at_end()) {
        const std::string_view id = elements.text();
        const std::string_view info = elements.text_or_nil();
        // A member that clients could not read is left out, for the sake of the others.
        if (is_utf8(id) && (info.empty() || is_json(info))) members.emplace_back(id, info);
    }
    if (!elements.is_whole()) return std::nullopt;
    return members;
}

template <class Reply>
std::optional<Reply> stale() {
    Reply reply;
    reply.is_stale = true;
    return reply;
}

}  // namespace

std::optional<RegisterNodeReply> RegisterNodeReply::parse(const RedisReply& reply) {
    Elements elements(reply);
    RegisterNodeReply parsed;
    elements.check(elements.text() == "OK");
    parsed.is_recovering = elements.flag();
    parsed.nodes = elements.texts();
    if (!elements.is_whole()) return std::nullopt;
    return parsed;
}

std::optional<FinishResyncReply> FinishResyncReply::parse(const RedisReply& reply) {
    if (carillon::is_stale(reply)) return stale<FinishResyncReply>();
    Elements elements(reply);
    FinishResyncReply parsed;
    elements.check(is_accepted(elements.text()));
    parsed.is_recovering = elements.flag();
    parsed.news.has_webhooks = elements.integer() > 0;
    if (!elements.is_whole()) return std::nullopt;
    return parsed;
}

std::optional<RenewLeaseReply> RenewLeaseReply::parse(const RedisReply& reply) {
    if (carillon::is_stale(reply)) return stale<RenewLeaseReply>();
    Elements elements(reply);
    RenewLeaseReply parsed;
    elements.check(is_accepted(elements.text()));
    parsed.is_recovering = elements.flag();
    parsed.news = elements.news();
    parsed.nodes = elements.texts();
    parsed.to_clear = elements.texts();
    if (!elements.is_whole()) return std::nullopt;
    return parsed;
}

std::optional<ClearDeadNodeReply> ClearDeadNodeReply::parse(const RedisReply& reply) {
    if (carillon::is_stale(reply)) return stale<ClearDeadNodeReply>();
    Elements elements(reply);
    ClearDeadNodeReply parsed;
    elements.check(is_accepted(elements.text()));
    parsed.is_done = elements.flag();
    parsed.news = elements.news();
    if (!elements.is_whole()) return std::nullopt;
    return parsed;
}

std::optional<SyncTopicReply> SyncTopicReply::parse(const RedisReply& reply) {
    if (carillon::is_stale(reply)) return stale<SyncTopicReply>();
    Elements elements(reply);
    SyncTopicReply parsed;
    elements.check(is_accepted(elements.text()));
    parsed.sequence = elements.number();
    parsed.wants_replica = elements.flag();
    parsed.news = elements.news();
    parsed.refused = elements.texts();
    if (!elements.is_whole()) return std::nullopt;
    return parsed;
}

std::optional<PublishReply> parse_publish_reply(const RedisReply& reply) {
    if (reply.is_error() && RedisBus::is_memory_full(reply.text())) return PublishReply::no_memory;
    if (!reply.is_text()) return std::nullopt;
    if (reply.text() == "DONE") return PublishReply::done;
    if (reply.text() == "ORDER") return PublishReply::out_of_order;
    return std::nullopt;
}

std::optional<ReadTopicReply> ReadTopicReply::parse(const RedisReply& reply) {
    Elements elements(reply);
    ReadTopicReply parsed;
    parsed.epoch = elements.text();
    parsed.last_sequence = elements.number();
    parsed.life_begin = elements.number();
    parsed.entries = elements.texts();
    if (const RedisReply producers = elements.take(); !producers.is_nil()) {
        Elements all(producers);
        auto& into = parsed.producers.emplace();
        while (!all.at_end()) {
            const std::string_view name = all.text();
            into.emplace_back(name, all.number());
        }
        elements.check(all.is_whole());
    }
    parsed.subscriptions = elements.number();
    parsed.roster_version = elements.number();
    if (const RedisReply members = elements.take(); !members.is_nil()) {
        parsed.members = parse_members(members);
        elements.check(parsed.members.has_value());
    }
    parsed.last_event = elements.text_or_nil();
    parsed.event_stays = elements.duration();
    parsed.is_recovering = elements.flag();
    if (!elements.is_whole()) return std::nullopt;
    if (!is_event(parsed.last_event)) parsed.last_event = {};
    return parsed;
}

std::optional<std::vector<std::uint64_t>> parse_compare_heads_reply(const RedisReply& reply) {
    Elements elements(reply);
    std::vector<std::uint64_t> numbers;
    while (!elements.at_end()) {
        elements.text();  // The epoch: a connection has only one.
        numbers.push_back(elements.number());
    }
    if (!elements.is_whole()) return std::nullopt;
    return numbers;
}

std::optional<ChannelReply> parse_channel_info_reply(const RedisReply& reply) {
    Elements elements(reply);
    ChannelReply parsed;
    parsed.subscriptions = elements.count();
    parsed.members = elements.count();
    parsed.last_event = elements.text_or_nil();
    parsed.event_stays = elements.duration();
    if (!elements.is_whole()) return std::nullopt;
    if (!is_event(parsed.last_event)) parsed.last_event = {};
    return parsed;
}

std::optional<std::vector<ChannelReply>> parse_list_channels_reply(const RedisReply& reply) {
    Elements elements(reply);
    std::vector<ChannelReply> channels;
    while (!elements.at_end()) {
        ChannelReply channel;
        channel.name = elements.text();
        channel.subscriptions = elements.count();
        channel.members = elements.count();
        if (is_utf8(channel.name)) channels.push_back(channel);
    }
    if (!elements.is_whole()) return std::nullopt;
    return channels;
}

std::optional<std::vector<std::string_view>> parse_texts(const RedisReply& reply) {
    Elements elements(reply);
    std::vector<std::string_view> texts;
    while (!elements.at_end()) texts.push_back(elements.text());
    if (!elements.is_whole()) return std::nullopt;
    return texts;
}

std::optional<std::vector<std::string_view>> parse_list_members_reply(const RedisReply& reply) {
    auto ids = parse_texts(reply);
    if (ids) std::erase_if(*ids, [](std::string_view id) { return !is_utf8(id); });
    return ids;
}

std::optional<std::uint64_t> parse_cache_miss_reply(const RedisReply& reply) {
    if (!reply.is_integer()) return std::nullopt;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(reply.integer(), 0));
}

}  // namespace carillon
