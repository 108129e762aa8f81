#include "carillon/cluster/script_contract.hpp"

#include <algorithm>
#include <limits>

#include "bus_message.hpp"
#include "carillon/base/parse_integer.hpp"
#include "carillon/protocol/json_text.hpp"
#include "carillon/websocket/utf8.hpp"

namespace carillon {
namespace {

using std::chrono::milliseconds;

// Requests.

std::uint64_t count_of(milliseconds time) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
}

void add_all(ScriptArguments& arguments, std::span<const std::string> texts) {
    for (const std::string& text : texts) arguments.add(text);
}

// Replies.

/// Longer than anything that a script defers or keeps.
constexpr std::int64_t longest_ms = std::int64_t{30} * 24 * 3600 * 1000;

/// Reads the elements of an array in order. After an element of another type than asked for,
/// everything reads as empty, and `is_whole` is false: one check at the end is enough.
class Elements {
public:
    explicit Elements(const ScriptValue& value)
        : items_(value.items), good_(value.type == ScriptValue::Type::array) {}

    [[nodiscard]] bool at_end() const { return !good_ || next_ >= items_.size(); }
    /// All were read, and had the right types.
    [[nodiscard]] bool is_whole() const { return good_ && next_ == items_.size(); }

    std::string_view text() {
        const ScriptValue& element = take();
        return check(element.type == ScriptValue::Type::text) ? element.text : std::string_view{};
    }
    /// "" for nil.
    std::string_view text_or_nil() {
        const ScriptValue& element = take();
        const bool is_nil = element.type == ScriptValue::Type::nil;
        return check(is_nil || element.type == ScriptValue::Type::text) ? element.text
                                                                        : std::string_view{};
    }
    std::int64_t integer() {
        const ScriptValue& element = take();
        return check(element.type == ScriptValue::Type::integer) ? element.integer : 0;
    }
    bool flag() { return integer() == 1; }
    /// A number as text.
    std::uint64_t number() {
        const auto number = parse_integer<std::uint64_t>(text());
        return check(number.has_value()) ? *number : 0;
    }
    std::uint32_t count() {
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>(number(), std::numeric_limits<std::uint32_t>::max()));
    }
    milliseconds duration() {
        return milliseconds(std::clamp<std::int64_t>(integer(), 0, longest_ms));
    }
    /// Of day. Far ahead of it is no time that scripts give, and would overflow.
    milliseconds time() {
        constexpr std::uint64_t latest_ms = BusMessage::number_max / 1000;
        return milliseconds(static_cast<std::int64_t>(std::min(number(), latest_ms)));
    }
    std::vector<std::string_view> texts() {
        Elements all(take());
        std::vector<std::string_view> texts;
        while (!all.at_end()) texts.push_back(all.text());
        return check(all.is_whole()) ? std::move(texts) : std::vector<std::string_view>{};
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
    const ScriptValue& take() {
        static const ScriptValue nil;
        const std::size_t at = next_++;
        return check(at < items_.size()) ? items_[at] : nil;
    }
    bool check(bool holds) {
        good_ = good_ && holds;
        return good_;
    }

private:
    const std::vector<ScriptValue>& items_;
    std::size_t next_ = 0;
    bool good_;
};

template <class Reply>
std::optional<Reply> whole(const Elements& elements, Reply& reply) {
    if (!elements.is_whole()) return std::nullopt;
    return std::move(reply);
}

std::optional<std::vector<std::string_view>> texts_of(const ScriptValue& value) {
    Elements elements(value);
    std::vector<std::string_view> texts;
    while (!elements.at_end()) texts.push_back(elements.text());
    return whole(elements, texts);
}

bool is_only(const ScriptValue& value, std::string_view text) {
    return value.items.size() == 1 && value.items.front().text == text;
}

bool is_stale_verdict(const ScriptValue& value) {
    return is_only(value, "STALE");
}

bool is_accepted(std::string_view verdict) {
    return verdict == "OK" || verdict == "DONE";
}

template <class Reply>
std::optional<Reply> stale() {
    Reply reply;
    reply.is_stale = true;
    return reply;
}

/// Of an operation that returns its verdict alone.
template <class Reply>
std::optional<Reply> decode_verdict(const ScriptValue& value) {
    if (is_stale_verdict(value)) return stale<Reply>();
    if (!is_only(value, "OK") && !is_only(value, "DONE")) return std::nullopt;
    return Reply{};
}

bool is_json(std::string_view text) {
    return is_utf8(text) && scan_whole_json(text);
}

std::optional<MembersView> members_of(const ScriptValue& value) {
    Elements elements(value);
    MembersView members;
    while (!elements.at_end()) {
        const std::string_view id = elements.text();
        const std::string_view info = elements.text_or_nil();
        // A member that clients could not read is left out, for the sake of the others.
        if (is_utf8(id) && (info.empty() || is_json(info))) members.emplace_back(id, info);
    }
    return whole(elements, members);
}

}  // namespace

void Operation::encode(ScriptArguments& arguments) const {
    arguments.add(epoch).add(count_of(lease)).add(node).add(number);
}

namespace scripts {

// Registration and lease.

void RegisterNode::encode(ScriptArguments& arguments) const {
    arguments.add(epoch).add(count_of(lease)).add(node);
    arguments.add(known_processes).add(former_node).add(former_epoch).add(count_of(claim));
    add_all(arguments, webhook_rules);
}

std::optional<RegisterNode::Reply> RegisterNode::Reply::decode(const ScriptValue& value) {
    Elements elements(value);
    Reply reply;
    elements.check(elements.text() == "OK");
    reply.is_recovering = elements.flag();
    reply.nodes = elements.texts();
    reply.last_event = elements.number();
    reply.now = elements.time();
    reply.clock_changed = elements.time();
    return whole(elements, reply);
}

void FinishResync::encode(ScriptArguments& arguments) const {
    operation.encode(arguments);
    arguments.add(ring_bytes);
}

std::optional<FinishResync::Reply> FinishResync::Reply::decode(const ScriptValue& value) {
    if (is_stale_verdict(value)) return stale<Reply>();
    Elements elements(value);
    Reply reply;
    elements.check(is_accepted(elements.text()));
    reply.is_recovering = elements.flag();
    reply.news.has_webhooks = elements.integer() > 0;
    return whole(elements, reply);
}

void RenewLease::encode(ScriptArguments& arguments) const {
    operation.encode(arguments);
    arguments.add(ring_bytes).add_flag(may_clear).add(count_of(claim));
    for (const auto& [app, open] : connections) arguments.add(app).add(open);
}

std::optional<RenewLease::Reply> RenewLease::Reply::decode(const ScriptValue& value) {
    if (is_stale_verdict(value)) return stale<Reply>();
    Elements elements(value);
    Reply reply;
    elements.check(is_accepted(elements.text()));
    reply.is_recovering = elements.flag();
    reply.news = elements.news();
    reply.nodes = elements.texts();
    reply.to_clear = elements.texts();
    reply.now = elements.time();
    reply.clock_changed = elements.time();
    return whole(elements, reply);
}

void ClearDeadNode::encode(ScriptArguments& arguments) const {
    operation.encode(arguments);
    arguments.add(ring_bytes).add(dead_node).add(entries_max).add(count_of(claim));
}

std::optional<ClearDeadNode::Reply> ClearDeadNode::Reply::decode(const ScriptValue& value) {
    if (is_stale_verdict(value)) return stale<Reply>();
    Elements elements(value);
    Reply reply;
    elements.check(is_accepted(elements.text()));
    reply.is_done = elements.flag();
    reply.news = elements.news();
    return whole(elements, reply);
}

void UnregisterNode::encode(ScriptArguments& arguments) const {
    operation.encode(arguments);
}

std::optional<UnregisterNode::Reply> UnregisterNode::Reply::decode(const ScriptValue& value) {
    return decode_verdict<Reply>(value);
}

void SetWebhookRules::encode(ScriptArguments& arguments) const {
    add_all(arguments, webhook_rules);
}

std::optional<SetWebhookRules::Reply> SetWebhookRules::Reply::decode(const ScriptValue& value) {
    if (value.text != "OK") return std::nullopt;
    return Reply{};
}

void TakeWebhooks::encode(ScriptArguments& arguments) const {
    arguments.add(records_max);
}

std::optional<TakeWebhooks::Reply> TakeWebhooks::Reply::decode(const ScriptValue& value) {
    auto records = texts_of(value);
    if (!records) return std::nullopt;
    return Reply{*std::move(records)};
}

// Local state.

void SyncTopic::encode(ScriptArguments& arguments) const {
    operation.encode(arguments);
    arguments.add(ring_bytes).add(topic).add(count).add_flag(has_joined).add(limit);
    arguments.add_flag(subscribed_before).add(replica_version).add(admitted);
    for (const MemberStep& step : steps) {
        const std::string_view enters = step.was_told ? "=" : "+";
        arguments.add(step.enters ? enters : "-").add(step.user_id).add(step.info);
    }
}

std::optional<SyncTopic::Reply> SyncTopic::Reply::decode(const ScriptValue& value) {
    if (is_stale_verdict(value)) return stale<Reply>();
    Elements elements(value);
    Reply reply;
    elements.check(is_accepted(elements.text()));
    reply.sequence = elements.number();
    reply.wants_replica = elements.flag();
    reply.news = elements.news();
    reply.refused = elements.texts();
    return whole(elements, reply);
}

void OfferRoster::encode(ScriptArguments& arguments) const {
    operation.encode(arguments);
    arguments.add(topic).add(version).add_flag(is_first_piece);
    for (const auto& [id, info] : members) arguments.add(id).add(info);
}

std::optional<OfferRoster::Reply> OfferRoster::Reply::decode(const ScriptValue& value) {
    return decode_verdict<Reply>(value);
}

void OfferWebhooks::encode(ScriptArguments& arguments) const {
    operation.encode(arguments);
    for (const Webhook& webhook : webhooks) {
        std::string state(1, webhook.is_there ? '1' : '0');
        arguments.add(webhook.number).add_owned(state.append(webhook.about));
    }
}

std::optional<OfferWebhooks::Reply> OfferWebhooks::Reply::decode(const ScriptValue& value) {
    return decode_verdict<Reply>(value);
}

// Messages.

void Publish::encode(ScriptArguments& arguments) const {
    arguments.add(epoch).add(ring_bytes).add(topic).add(process).add(counter).add(predecessor);
    arguments.add(std::string_view(&kind, 1)).add(excluded).add(body);
    if (cache_time) arguments.add(std::max<std::uint64_t>(count_of(*cache_time), 1));
}

std::optional<Publish::Reply> Publish::Reply::decode(const ScriptValue& value) {
    if (value.text == "DONE") return Reply{};
    constexpr std::string_view out_of_order = "ORDER ";
    if (!value.text.starts_with(out_of_order)) return std::nullopt;
    const auto last = parse_integer<std::uint64_t>(value.text.substr(out_of_order.size()));
    if (!last) return std::nullopt;
    return Reply{.is_out_of_order = true, .last_event = *last};
}

void ReadTopic::encode(ScriptArguments& arguments) const {
    arguments.add(topic).add(epoch);
    sequence ? arguments.add(*sequence) : arguments.add("-1");
    std::string wants;
    if (wants_members) wants += 'm';
    if (wants_last_event) wants += 'l';
    if (wants_terminations) wants += 't';
    arguments.add_owned(std::move(wants));
}

std::optional<ReadTopic::Reply> ReadTopic::Reply::decode(const ScriptValue& value) {
    Elements elements(value);
    Reply reply;
    reply.epoch = elements.text();
    reply.last_sequence = elements.number();
    reply.life_begin = elements.number();
    reply.entries = elements.texts();
    const ScriptValue& producers = elements.take();
    if (producers.type != ScriptValue::Type::nil) {
        Elements all(producers);
        auto& into = reply.producers.emplace();
        while (!all.at_end()) {
            const std::string_view name = all.text();
            into.emplace_back(name, all.number());
        }
        elements.check(all.is_whole());
    }
    reply.subscriptions = elements.number();
    reply.roster_version = elements.number();
    const ScriptValue& members = elements.take();
    if (members.type != ScriptValue::Type::nil) {
        reply.members = members_of(members);
        elements.check(reply.members.has_value());
    }
    reply.last_event = elements.text_or_nil();
    reply.event_time = elements.duration();
    reply.is_recovering = elements.flag();
    reply.count = elements.number();
    reply.event_sequence = elements.number();
    if (!is_event(reply.last_event)) reply.last_event = {};
    return whole(elements, reply);
}

void CompareHeads::encode(ScriptArguments& arguments) const {
    for (const std::string_view topic : topics) arguments.add(topic);
}

std::optional<CompareHeads::Reply> CompareHeads::Reply::decode(const ScriptValue& value) {
    Elements elements(value);
    Reply reply;
    while (!elements.at_end()) {
        elements.text();  // The epoch: a connection has only one.
        Head& head = reply.heads.emplace_back();
        head.sequence = elements.number();
        const auto version = parse_integer<std::uint64_t>(elements.text());
        const auto size = parse_integer<std::uint64_t>(elements.text());
        if (version && size) head.version_and_size.emplace(*version, *size);
    }
    return whole(elements, reply);
}

void CacheMiss::encode(ScriptArguments& arguments) const {
    arguments.add(topic);
}

std::optional<CacheMiss::Reply> CacheMiss::Reply::decode(const ScriptValue& value) {
    if (value.type != ScriptValue::Type::integer) return std::nullopt;
    return Reply{.has_webhooks = value.integer > 0};
}

// Queries.

void ChannelInfo::encode(ScriptArguments& arguments) const {
    arguments.add(topic);
}

std::optional<ChannelInfo::Reply> ChannelInfo::Reply::decode(const ScriptValue& value) {
    Elements elements(value);
    Reply reply;
    reply.subscriptions = elements.count();
    reply.members = elements.count();
    reply.last_event = elements.text_or_nil();
    reply.event_time = elements.duration();
    if (!is_event(reply.last_event)) reply.last_event = {};
    return whole(elements, reply);
}

void ListChannels::encode(ScriptArguments& arguments) const {
    arguments.add(app).add(prefix);
}

std::optional<ListChannels::Reply> ListChannels::Reply::decode(const ScriptValue& value) {
    Elements elements(value);
    Reply reply;
    while (!elements.at_end()) {
        Channel channel;
        channel.name = elements.text();
        channel.subscriptions = elements.count();
        channel.members = elements.count();
        if (is_utf8(channel.name)) reply.channels.push_back(channel);
    }
    return whole(elements, reply);
}

void ListMembers::encode(ScriptArguments& arguments) const {
    arguments.add(topic).add_flag(wants_infos);
}

std::optional<ListMembers::Reply> ListMembers::Reply::decode(const ScriptValue& value) {
    auto members = members_of(value);
    if (!members) return std::nullopt;
    return Reply{*std::move(members)};
}

void CountConnections::encode(ScriptArguments& arguments) const {
    arguments.add(app).add(except);
}

std::optional<CountConnections::Reply> CountConnections::Reply::decode(const ScriptValue& value) {
    if (value.type != ScriptValue::Type::integer || value.integer < 0) return std::nullopt;
    return Reply{static_cast<std::uint64_t>(value.integer)};
}

}  // namespace scripts
}  // namespace carillon
