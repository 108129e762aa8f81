#include "topic_reader.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "carillon/base/hash.hpp"
#include "carillon/base/parse_integer.hpp"

namespace carillon {
namespace {

constexpr std::size_t early_bytes_max = 4U << 20U;
constexpr std::size_t compared_at_once = 100;
constexpr std::size_t sweeps_a_round = 200;  // Of 100 ms: 20 s for all partitions.

}  // namespace

TopicReader::TopicReader(ClusterContext& context, std::deque<Partition>& partitions,
                         Listener& listener)
    : context_(context), partitions_(partitions), listener_(listener) {
    subject_begin_ = partitions.front().prefix.size() + 2;
    if (partitions.size() > 1) {
        spacing_ = std::uint64_t{partitions[1].number} - partitions[0].number;
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
    const std::uint64_t first = partitions_.front().number;
    if (number < first || (number - first) % spacing_ != 0) return nullptr;
    const std::uint64_t index = (number - first) / spacing_;
    if (index >= partitions_.size()) return nullptr;
    return partitions_[index].topics.find(subject.substr(subject_begin_));
}

void TopicReader::on_up() {
    unconfirmed_.clear();
    for (Partition& partition : partitions_) {
        for (const auto& topic : partition.topics) {
            if (!topic->quota) subscribe(*topic);
        }
    }
}

void TopicReader::on_down() {
    for (Partition& partition : partitions_) {
        for (const auto& topic : partition.topics) {
            topic->interest = Topic::Interest::none;
            topic->reading = topic->read_wanted = false;
            if (std::exchange(topic->members_asked, false)) topic->members_wanted = true;
            topic->early.clear();
            topic->early_bytes = 0;
        }
    }
}

void TopicReader::follow(Topic& topic) {
    if (topic.interest == Topic::Interest::none && context_.bus.is_up()) subscribe(topic);
}

void TopicReader::subscribe(Topic& topic) {
    const std::string subject = subject_of(topic);
    topic.interest = Topic::Interest::subscribing;
    ++unconfirmed_[subject];
    context_.bus.subscribe(subject);
}

void TopicReader::unfollow(Topic& topic) {
    if (topic.interest == Topic::Interest::none || !context_.bus.is_up()) return;
    topic.interest = Topic::Interest::none;
    context_.bus.unsubscribe(subject_of(topic));
}

void TopicReader::on_subscribed(std::string_view subject) {
    const auto found = unconfirmed_.find(subject);
    if (found == unconfirmed_.end() || --found->second > 0) return;
    unconfirmed_.erase(found);
    Topic* const topic = find(subject);
    if (topic == nullptr || topic->interest != Topic::Interest::subscribing) return;
    topic->interest = Topic::Interest::live;
    topic->ticket = ++last_ticket_;
    read(*topic);
}

void TopicReader::read_state(Topic& topic) {
    topic.members_wanted = true;
    if (topic.interest == Topic::Interest::live) read(topic);
}

void TopicReader::read(Topic& topic) {
    if (topic.reading) {
        topic.read_wanted = true;
        return;
    }
    topic.reading = true;
    topic.read_wanted = false;
    const bool based = topic.sequence.is_based();
    // What makes them wanted from now on is newer than what this read will find.
    topic.members_asked = topic.is_presence() && (!based || topic.members_wanted);
    topic.members_wanted = false;
    std::string wants;
    if (topic.members_asked) wants += 'm';
    if (topic.is_cache && !based) wants += 'l';
    const std::string number = based ? std::to_string(topic.sequence.number()) : "-1";
    Arguments arguments;
    arguments.add(topic.key)
        .add(topic.sequence.epoch() == context_.epoch ? std::string_view(context_.run_id) : "-")
        .add(number)
        .add(wants);
    Partition& partition = topic.partition;
    context_.bus.call(
        Script::read_topic, partition.prefix, arguments,
        [this, &partition, key = topic.key, ticket = topic.ticket](const RedisReply& reply) {
            Topic* const asked = partition.topics.find(key);
            // An answer to an earlier subscription says nothing of what came since.
            if (asked == nullptr || asked->ticket != ticket) return;
            const auto parsed =
                context_.checked(Script::read_topic, partition.prefix, reply, ReadReply::parse);
            if (!parsed) return on_failure(*asked);
            on_read(*asked, *parsed);
        });
}

/// The sweep tries again.
void TopicReader::on_failure(Topic& topic) {
    topic.reading = topic.read_wanted = false;
    if (std::exchange(topic.members_asked, false)) topic.members_wanted = true;
    const std::deque<std::string> early = std::exchange(topic.early, {});
    topic.early_bytes = 0;
    listener_.on_unreadable(topic);
    for (const std::string& text : early) take_without_order(topic, text);
}

void TopicReader::on_read(Topic& topic, const ReadReply& reply) {
    topic.reading = topic.members_asked = false;
    TopicSequence& sequence = topic.sequence;
    const bool is_first = reply.producers.has_value();
    if (is_first) {
        for (const auto& [name, counter] : *reply.producers) sequence.hear(fnv1a(name), counter);
        if (!reply.last_event.empty()) {
            topic.last_event.reset(
                new LastEvent{std::string(reply.last_event), context_.now() + reply.event_stays});
        }
    } else {
        take_ring(topic, reply);
    }
    sequence.settle(context_.epoch, reply.number);
    TopicRead read;
    read.subscriptions = reply.subscriptions;
    read.recovering = reply.is_recovering;
    read.members_number = reply.members_number;
    // In a recovery what Redis has is not yet what holds; how it was before is good for a start.
    if (topic.is_presence() && reply.members && (is_first || !reply.is_recovering)) {
        read.members = reply.members;
    }
    if (reply.members && reply.is_recovering) topic.members_wanted = true;
    listener_.on_read(topic, read);
    take_early(topic);
    if (topic.read_wanted) this->read(topic);
    listener_.on_moved(topic);
}

void TopicReader::take_ring(Topic& topic, const ReadReply& reply) {
    TopicSequence& sequence = topic.sequence;
    const std::uint64_t epoch = fnv1a(reply.epoch);
    // Redis knows less than this node: then numbers of before stand for other messages now.
    const bool began_anew = reply.number < sequence.number();
    const bool same_epoch = epoch == sequence.epoch() && epoch == context_.epoch && !began_anew;
    std::uint64_t next = std::max(sequence.number(), reply.life_begin) + 1;
    for (const std::string_view entry : reply.entries) {
        const auto message = parse(entry);
        if (!message) continue;
        // A number stands for one message only, in the epoch that gave it.
        const bool is_comparable = message->epoch == sequence.epoch() && !began_anew;
        if (is_comparable && message->number <= sequence.number()) continue;
        if (same_epoch && message->number < next) continue;
        if (same_epoch) {
            context_.metrics.messages_lost += message->number - next;
            if (message->number > next) topic.members_wanted = topic.read_wanted = true;
            next = message->number + 1;
        }
        if (!hear(topic, *message)) continue;
        ++context_.metrics.messages_repaired;
        listener_.on_said(topic, *message);
    }
    if (same_epoch && reply.number >= next) {  // The ring has gone, and what it held.
        context_.metrics.messages_lost += reply.number + 1 - next;
        topic.members_wanted = topic.read_wanted = true;
    }
}

std::optional<BusMessage> TopicReader::parse(std::string_view text) {
    const auto message = BusMessage::parse(text);
    if (message && message->is_sound()) return message;
    ++context_.metrics.messages_rejected;
    return std::nullopt;
}

void TopicReader::on_message(std::string_view subject, std::string_view text) {
    Topic* const topic = find(subject);
    if (topic == nullptr || topic->interest != Topic::Interest::live) return;
    if (!topic->reading) {
        if (take(*topic, text)) return;
        if (topic->is_broken) return take_without_order(*topic, text);
        read(*topic);
        return;
    }
    if (topic->early_bytes + text.size() > early_bytes_max) {
        topic->read_wanted = true;
        return;
    }
    topic->early_bytes += text.size();
    topic->early.emplace_back(text);
}

void TopicReader::take_early(Topic& topic) {
    const std::deque<std::string> early = std::exchange(topic.early, {});
    topic.early_bytes = 0;
    for (const std::string& text : early) {
        if (!take(topic, text)) topic.read_wanted = true;
    }
}

bool TopicReader::take(Topic& topic, std::string_view text) {
    const auto message = parse(text);
    if (!message) return true;
    if (message->kind == BusMessage::Kind::client_event) {
        if (message->producer != context_.process_hash) listener_.on_said(topic, *message);
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
    if (hear(topic, *message)) listener_.on_said(topic, *message);
    listener_.on_moved(topic);
    return true;
}

/// Of a topic that cannot be read: what comes is better than nothing.
void TopicReader::take_without_order(Topic& topic, std::string_view text) {
    const auto message = parse(text);
    if (message && hear(topic, *message)) listener_.on_said(topic, *message);
}

bool TopicReader::hear(Topic& topic, const BusMessage& message) {
    topic.partition.heard.hear(message.producer, message.counter);
    return topic.sequence.hear(message.producer, message.counter);
}

void TopicReader::sweep() {
    if (!context_.bus.is_up() || partitions_.empty()) return;
    // Each partition once a round, in even steps.
    const std::size_t count = partitions_.size();
    const std::size_t from = swept_ * count / sweeps_a_round;
    const std::size_t to = (swept_ + 1) * count / sweeps_a_round;
    swept_ = (swept_ + 1) % sweeps_a_round;
    for (std::size_t i = from; i < to; ++i) {
        std::vector<Topic*> topics;
        for (const auto& topic : partitions_[i].topics) {
            if (topic->interest != Topic::Interest::live || topic->reading) continue;
            if (!topic->sequence.is_based() || topic->members_wanted) {
                read(*topic);
                continue;
            }
            topics.push_back(topic.get());
            if (topics.size() == compared_at_once) {
                compare(partitions_[i], std::exchange(topics, {}));
            }
        }
        if (!topics.empty()) compare(partitions_[i], topics);
    }
}

void TopicReader::compare(const Partition& partition, const std::vector<Topic*>& topics) {
    struct Compared {
        std::string key;
        std::uint64_t ticket;
        std::uint64_t number;
    };
    std::vector<Compared> compared;
    Arguments arguments;
    for (const Topic* const topic : topics) {
        compared.push_back({topic->key, topic->ticket, topic->sequence.number()});
        arguments.add(topic->key);
    }
    const auto answer = [this, &partition,
                         compared = std::move(compared)](const RedisReply& reply) {
        const auto numbers =
            context_.checked(Script::compare_heads, partition.prefix, reply, parse_compare_reply);
        if (!numbers) return;
        for (std::size_t i = 0; i < std::min(compared.size(), numbers->size()); ++i) {
            Topic* const topic = const_cast<Partition&>(partition).topics.find(compared[i].key);
            if (topic == nullptr || topic->ticket != compared[i].ticket) continue;
            // Nothing came since the question, and yet there is more, or less: then what is known
            // here is of a life that Redis has forgotten.
            const bool missed = (*numbers)[i] != compared[i].number &&
                                topic->sequence.number() == compared[i].number;
            if (missed) read(*topic);
        }
    };
    context_.bus.call(Script::compare_heads, partition.prefix, arguments, answer);
}

}  // namespace carillon
