#include "topic_reader.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "carillon/base/hash.hpp"
#include "carillon/base/parse_integer.hpp"

namespace carillon {
namespace {

constexpr std::size_t queued_bytes_max = 4U << 20U;
/// Each subscription is followed by a read. Leases, events and local state wait for no more than
/// these, however many topics clients ask for at once.
constexpr std::size_t unconfirmed_max = 256;
constexpr std::size_t reads_in_flight_max = 1024;
constexpr std::size_t topics_per_comparison = 100;
/// How long a message may take that Redis has and this node has not.
constexpr std::chrono::seconds doubt_time{1};
constexpr std::size_t sweeps_a_round = 200;  // Of 100 ms: 20 s for all partitions.

}  // namespace

TopicReader::TopicReader(ClusterContext& context, std::deque<Partition>& partitions,
                         Observer& observer)
    : context_(context), partitions_(partitions), observer_(observer) {
    subject_begin_ = partitions.front().prefix.size() + 2;
    if (partitions.size() > 1) {
        spacing_ = std::uint64_t{partitions[1].index} - partitions[0].index;
    }
}

std::string TopicReader::subject_of(const Topic& topic) const {
    return topic.partition.prefix + "t:" + topic.key;
}

Topic* TopicReader::find(std::string_view subject) const {
    if (subject.size() <= subject_begin_) return nullptr;
    // The prefix ends with "{p", three digits and "}:"; a shard's partitions are evenly spaced.
    const std::uint64_t number =
        parse_integer<std::uint64_t>(subject.substr(subject_begin_ - 7, 3)).value_or(0);
    const std::uint64_t first = partitions_.front().index;
    if (number < first || (number - first) % spacing_ != 0) return nullptr;
    const std::uint64_t index = (number - first) / spacing_;
    if (index >= partitions_.size()) return nullptr;
    return partitions_[index].topics.find(subject.substr(subject_begin_));
}

void TopicReader::on_up() {
    unconfirmed_.clear();
    to_follow_.clear();
    doubts_.clear();
    for (Partition& partition : partitions_) {
        for (const auto& topic : partition.topics) {
            if (!topic->quota) to_follow_.push_back({&partition, topic->key});
        }
    }
}

void TopicReader::on_down() {
    for (Partition& partition : partitions_) {
        for (const auto& topic : partition.topics) {
            transition(topic->interest, InterestEvent::disconnect);
            transition(topic->reading, ReadingEvent::abandon);
            transition(topic->replica, ReplicaEvent::abandon);
            topic->queued_messages.clear();
            topic->queued_bytes = 0;
        }
    }
}

void TopicReader::follow(Topic& topic) {
    if (topic.interest != Interest::none || !context_.bus.is_up()) return;
    to_follow_.push_back({&topic.partition, topic.key});
}

void TopicReader::end_turn() {
    while (!to_follow_.empty() && context_.bus.is_up() && unconfirmed_.size() < unconfirmed_max &&
           context_.bus.in_flight() < reads_in_flight_max) {
        const Waiting next = std::move(to_follow_.front());
        to_follow_.pop_front();
        Topic* const topic = next.partition->topics.find(next.key);
        if (topic != nullptr && topic->interest == Interest::none) subscribe(*topic);
    }
}

void TopicReader::subscribe(Topic& topic) {
    const std::string subject = subject_of(topic);
    transition(topic.interest, InterestEvent::subscribe);
    ++unconfirmed_[subject];
    context_.bus.subscribe(subject);
}

void TopicReader::unfollow(Topic& topic) {
    if (topic.interest == Interest::none || !context_.bus.is_up()) return;
    transition(topic.interest, InterestEvent::unsubscribe);
    context_.bus.unsubscribe(subject_of(topic));
}

void TopicReader::on_subscribed(std::string_view subject) {
    const auto found = unconfirmed_.find(subject);
    if (found == unconfirmed_.end() || --found->second > 0) return;
    unconfirmed_.erase(found);
    Topic* const topic = find(subject);
    if (topic == nullptr || topic->interest != Interest::subscribing) return;
    transition(topic->interest, InterestEvent::confirm);
    topic->ticket = ++last_ticket_;
    read(*topic);
}

void TopicReader::read_state(Topic& topic) {
    invalidate_replica(topic);
    if (topic.interest == Interest::live) read(topic);
}

void TopicReader::invalidate_replica(Topic& topic) {
    if (topic.is_presence()) transition(topic.replica, ReplicaEvent::invalidate);
}

void TopicReader::read(Topic& topic) {
    if (is_reading(topic.reading)) {
        transition(topic.reading, ReadingEvent::want);
        return;
    }
    transition(topic.reading, ReadingEvent::start);
    const bool based = topic.sequence.is_based();
    if (topic.is_presence() && (!based || is_stale(topic.replica))) {
        transition(topic.replica, ReplicaEvent::request);
    }
    const bool same_epoch = topic.sequence.epoch() == context_.epoch;
    scripts::ReadTopic request{
        .topic = topic.key,
        .epoch = same_epoch ? std::string_view(context_.run_id) : "-",
        .wants_members = is_requested(topic.replica),
        .wants_last_event = topic.is_cache && (!based || topic.is_event_stale),
        .wants_terminations = topic.is_user() && !based,
    };
    if (based) request.sequence = topic.sequence.last();
    Partition& partition = topic.partition;
    context_.bus.run(partition.prefix, request,
                     [this, &partition, key = topic.key, ticket = topic.ticket](
                         const ScriptResult<scripts::ReadTopic::Reply>& result) {
                         Topic* const asked = partition.topics.find(key);
                         // An answer to an earlier subscription does not cover the messages since.
                         if (asked == nullptr || asked->ticket != ticket) return;
                         if (!is_reading(asked->reading)) return;  // It was abandoned.
                         if (!result) return on_failure(*asked);
                         on_read(*asked, *result);
                     });
}

/// The sweep tries again.
void TopicReader::on_failure(Topic& topic) {
    transition(topic.reading, ReadingEvent::abandon);
    transition(topic.replica, ReplicaEvent::abandon);
    const std::deque<std::string> queued = std::exchange(topic.queued_messages, {});
    topic.queued_bytes = 0;
    observer_.on_unreadable(topic);
    for (const std::string& text : queued) apply_unordered(topic, text);
}

void TopicReader::on_read(Topic& topic, const scripts::ReadTopic::Reply& reply) {
    if (is_requested(topic.replica)) transition(topic.replica, ReplicaEvent::receive);
    TopicSequence& sequence = topic.sequence;
    const bool is_first = reply.producers.has_value();
    const bool was_event_stale = std::exchange(topic.is_event_stale, false);
    if (is_first) {
        for (const auto& [name, counter] : *reply.producers)
            sequence.mark_applied(fnv1a(name), counter);
        apply_terminations(topic, reply);
    } else {
        // What has arrived goes first: a small ring may not have it any more.
        apply_arrived(topic, reply.last_sequence);
        apply_ring(topic, reply);
    }
    // One that became stale in this very step is asked for by the next read.
    if (topic.is_cache && (is_first || was_event_stale)) take_last_event(topic, reply);
    sequence.settle(context_.epoch, reply.last_sequence);
    TopicRead read;
    read.subscriptions = reply.subscriptions;
    read.recovering = reply.is_recovering;
    read.roster_version = reply.roster_version;
    read.count = reply.count;
    read.is_first = is_first;
    read.repairs = std::exchange(topic.is_suspect, false);
    // In a recovery Redis has the members as they were before the loss: good enough for a start
    // only.
    if (topic.is_presence() && reply.members && (is_first || !reply.is_recovering)) {
        read.members = reply.members;
    }
    if (reply.members && reply.is_recovering) invalidate_replica(topic);
    observer_.on_read(topic, read);
    apply_queued(topic);
    const Reading before = transition(topic.reading, ReadingEvent::finish);
    if (before == Reading::outdated) this->read(topic);
    observer_.on_advanced(topic);
}

/// A user may have signed in here while this node was detached, before it followed the user. Each
/// termination says whom it ends.
void TopicReader::apply_terminations(Topic& topic, const scripts::ReadTopic::Reply& reply) {
    for (const std::string_view entry : reply.entries) {
        const auto message = parse(entry);
        if (!message || message->kind != BusMessage::Kind::terminate) continue;
        const auto changed = static_cast<std::uint64_t>(topic.partition.clock_changed.count());
        if (message->time_ms > changed) observer_.on_earlier_termination(topic, *message);
    }
}

void TopicReader::take_last_event(Topic& topic, const scripts::ReadTopic::Reply& reply) {
    topic.last_event.reset();
    if (reply.last_event.empty()) return;
    topic.last_event.reset(new LastEvent{std::string(reply.last_event),
                                         context_.now() + reply.event_time, reply.event_sequence});
}

void TopicReader::apply_ring(Topic& topic, const scripts::ReadTopic::Reply& reply) {
    TopicSequence& sequence = topic.sequence;
    const std::uint64_t epoch = fnv1a(reply.epoch);
    // Redis has fewer messages than this node: it has lost some, and gives their numbers to others.
    const bool began_anew = reply.last_sequence < sequence.last();
    const bool same_epoch = epoch == sequence.epoch() && epoch == context_.epoch && !began_anew;
    std::uint64_t next = std::max(sequence.last(), reply.life_begin) + 1;
    for (const std::string_view entry : reply.entries) {
        const auto message = parse(entry);
        if (!message) continue;
        // Within an epoch a number identifies one message.
        const bool is_comparable = message->epoch == sequence.epoch() && !began_anew;
        if (is_comparable && message->sequence <= sequence.last()) continue;
        if (same_epoch && message->sequence < next) continue;
        if (same_epoch) {
            context_.metrics.messages_lost += message->sequence - next;
            if (message->sequence > next) on_lost(topic);
            next = message->sequence + 1;
        }
        if (!mark_applied(topic, *message)) continue;
        ++context_.metrics.messages_repaired;
        observer_.on_message(topic, *message);
    }
    if (same_epoch && reply.last_sequence >= next) {  // The ring has expired, with all of them.
        context_.metrics.messages_lost += reply.last_sequence + 1 - next;
        on_lost(topic);
    }
}

/// Messages that no ring has any more may have been about members.
void TopicReader::on_lost(Topic& topic) {
    invalidate_replica(topic);
    topic.is_event_stale = topic.is_cache;
    transition(topic.reading, ReadingEvent::want);
}

std::optional<BusMessage> TopicReader::parse(std::string_view text) {
    const auto message = BusMessage::parse(text);
    if (message && message->is_sound()) return message;
    ++context_.metrics.messages_rejected;
    return std::nullopt;
}

void TopicReader::on_message(std::string_view subject, std::string_view text) {
    Topic* const topic = find(subject);
    if (topic == nullptr || topic->interest != Interest::live) return;
    if (!is_reading(topic->reading)) {
        if (apply(*topic, text)) return;
        if (topic->is_broken) return apply_unordered(*topic, text);
        read(*topic);
        return;
    }
    if (topic->queued_bytes + text.size() > queued_bytes_max) {
        transition(topic->reading, ReadingEvent::want);
        return;
    }
    topic->queued_bytes += text.size();
    topic->queued_messages.emplace_back(text);
}

void TopicReader::apply_arrived(Topic& topic, std::uint64_t up_to) {
    std::deque<std::string>& queued = topic.queued_messages;
    for (; !queued.empty(); queued.pop_front()) {
        const auto message = BusMessage::parse(queued.front());
        const bool is_in_order = message && message->kind != BusMessage::Kind::client_event;
        if (is_in_order && message->sequence > up_to) return;
        const std::string text = queued.front();
        if (!apply(topic, text)) return;
        topic.queued_bytes -= text.size();
    }
}

void TopicReader::apply_queued(Topic& topic) {
    const std::deque<std::string> queued = std::exchange(topic.queued_messages, {});
    topic.queued_bytes = 0;
    for (const std::string& text : queued) {
        if (!apply(topic, text)) transition(topic.reading, ReadingEvent::want);
    }
}

bool TopicReader::apply(Topic& topic, std::string_view text) {
    const auto message = parse(text);
    if (!message) return true;
    if (message->kind == BusMessage::Kind::client_event) {
        if (message->producer != context_.process_hash) observer_.on_message(topic, *message);
        return true;
    }
    switch (topic.sequence.judge(*message)) {
        case TopicSequence::Fit::known:
            return true;
        case TopicSequence::Fit::missing:
            return false;
        case TopicSequence::Fit::next:
            break;
    }
    topic.sequence.advance(*message);
    if (mark_applied(topic, *message)) observer_.on_message(topic, *message);
    observer_.on_advanced(topic);
    return true;
}

/// Of a topic that cannot be read: messages are delivered as they arrive, none of them twice.
void TopicReader::apply_unordered(Topic& topic, std::string_view text) {
    const auto message = parse(text);
    if (message && mark_applied(topic, *message)) observer_.on_message(topic, *message);
}

bool TopicReader::mark_applied(Topic& topic, const BusMessage& message) {
    topic.partition.applied.mark_applied(message.producer, message.counter);
    return topic.sequence.mark_applied(message.producer, message.counter);
}

void TopicReader::sweep() {
    if (!context_.bus.is_up() || partitions_.empty()) return;
    resolve_doubts();
    // Each partition once per round, in even steps.
    const std::size_t count = partitions_.size();
    const std::size_t from = swept_ * count / sweeps_a_round;
    const std::size_t to = (swept_ + 1) * count / sweeps_a_round;
    swept_ = (swept_ + 1) % sweeps_a_round;
    for (std::size_t i = from; i < to; ++i) {
        std::vector<Topic*> topics;
        for (const auto& topic : partitions_[i].topics) {
            if (topic->interest != Interest::live || is_reading(topic->reading)) continue;
            if (!topic->sequence.is_based() || is_stale(topic->replica)) {
                read(*topic);
                continue;
            }
            topics.push_back(topic.get());
            if (topics.size() == topics_per_comparison) {
                compare(partitions_[i], std::exchange(topics, {}));
            }
        }
        if (!topics.empty()) compare(partitions_[i], topics);
    }
}

/// Whether this node knows what Redis has, as far as `compare_heads` tells.
bool TopicReader::is_right(const Topic& topic, std::uint64_t version, std::uint64_t size) {
    if (is_reading(topic.reading)) return true;  // That read will tell.
    if (topic.presence) {
        const bool is_version_right = version == 0 || version == topic.presence->roster_version;
        return is_version_right && size == topic.presence->replica.size();
    }
    if (topic.user) return !topic.user->is_known || topic.user->reported_online == (size > 0);
    if (size > 0 && topic.told_count > 0 && topic.told_count != size) return false;
    return !topic.is_cache || !topic.last_event || version == 0 ||
           topic.last_event->sequence == version;
}

/// By its own fault: the messages were all there.
void TopicReader::suspect(Topic& topic) {
    // An event that was delivered while detached has no place: that is no fault.
    const bool is_event_unplaced = topic.last_event && topic.last_event->sequence == 0;
    topic.is_suspect = !is_event_unplaced;
    topic.is_event_stale = topic.is_cache;
    read_state(topic);
}

/// Messages come over a connection of their own, and may have been slower than the answer.
void TopicReader::resolve_doubts() {
    for (; !doubts_.empty() && doubts_.front().due <= context_.now(); doubts_.pop_front()) {
        const Doubt& doubt = doubts_.front();
        Topic* const topic = doubt.partition->topics.find(doubt.key);
        if (topic == nullptr || topic->ticket != doubt.ticket) continue;
        if (topic->sequence.last() != doubt.sequence) continue;
        doubt.is_behind ? read(*topic) : suspect(*topic);
    }
}

void TopicReader::compare(Partition& partition, const std::vector<Topic*>& topics) {
    struct Compared {
        std::string key;
        std::uint64_t ticket;
        std::uint64_t sequence;
    };
    std::vector<Compared> compared;
    std::vector<std::string_view> keys;
    for (const Topic* const topic : topics) {
        compared.push_back({topic->key, topic->ticket, topic->sequence.last()});
        keys.push_back(topic->key);
    }
    const auto answer = [this, &partition, compared = std::move(compared)](
                            const ScriptResult<scripts::CompareHeads::Reply>& result) {
        if (!result) return;
        const auto& heads = result->heads;
        for (std::size_t i = 0; i < std::min(compared.size(), heads.size()); ++i) {
            Topic* const topic = partition.topics.find(compared[i].key);
            if (topic == nullptr || topic->ticket != compared[i].ticket) continue;
            // Nothing arrived since the request, and yet Redis has another number (if it is lower,
            // it has lost the topic's life that this node follows), or something else than this
            // node.
            if (topic->sequence.last() != compared[i].sequence) continue;
            const auto& state = heads[i].version_and_size;
            const bool is_behind = heads[i].sequence != compared[i].sequence;
            const bool is_wrong = state && !is_right(*topic, state->first, state->second);
            if (!is_behind && !is_wrong) continue;
            doubts_.push_back({&partition, compared[i].key, compared[i].ticket,
                               compared[i].sequence, is_behind, context_.now() + doubt_time});
        }
    };
    context_.bus.run(partition.prefix, scripts::CompareHeads{keys}, answer);
}

}  // namespace carillon
