#include "script_world.hpp"

#include <chrono>
#include <stdexcept>

namespace carillon::test {
namespace {

constexpr std::chrono::seconds claim_time{5};

}  // namespace

Reply ScriptWorld::run(Script script, const std::vector<std::string_view>& arguments) {
    std::string& digest = digests_[script];
    if (digest.empty()) digest = command({"SCRIPT", "LOAD", script_text(script)}).text;
    std::vector<std::string> words{"EVALSHA", digest, "1", prefix};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return command(words);
}

std::string ScriptWorld::field(std::string_view of, std::string_view field) {
    return command({"HGET", key(of), std::string(field)}).text;
}

std::map<std::string, std::string> ScriptWorld::hash(std::string_view of) {
    return command({"HGETALL", key(of)}).pairs();
}

std::vector<std::string> ScriptWorld::ring(std::string_view topic) {
    return command({"LRANGE", key("r:").append(topic), "0", "-1"}).texts();
}

std::vector<std::string> ScriptWorld::messages(std::string_view topic) {
    const std::vector<std::string> entries = ring(topic);
    std::size_t& seen = seen_messages_[std::string(topic)];
    std::vector<std::string> messages;
    for (; seen < entries.size(); ++seen) {
        // The kind, who is excluded, the body: after six fields.
        std::string_view rest = entries[seen];
        for (int i = 0; i < 6; ++i) rest.remove_prefix(rest.find(' ') + 1);
        messages.push_back(
            std::string(rest.substr(0, 2)).append(rest.substr(rest.find(' ', 2) + 1)));
    }
    return messages;
}

std::vector<std::string> ScriptWorld::webhooks(std::uint64_t most) {
    std::vector<std::string> records = run(scripts::TakeWebhooks{most}).texts();
    for (std::string& record : records) {
        const std::size_t number = record.find(' ', record.find(' ') + 1);
        record.erase(number, record.find(' ', number + 1) - number);
    }
    return records;
}

std::map<std::string, std::string> ScriptWorld::everything(std::string_view except) {
    std::map<std::string, std::string> all;
    for (const std::string& name : command({"KEYS", "*"}).texts()) {
        if (name != key(except) && name != key("clock")) all[name] = command({"DUMP", name}).text;
    }
    return all;
}

Reply ScriptWorld::publish(std::string_view topic, std::string_view process, std::uint64_t counter,
                           std::string_view body) {
    return run(scripts::Publish{.epoch = epoch,
                                .ring_bytes = ring_bytes,
                                .topic = topic,
                                .process = process,
                                .counter = counter,
                                .predecessor = counter - 1,
                                .kind = 'e',
                                .excluded = "-",
                                .body = body});
}

Operation ScriptNode::next_operation() {
    return {epoch, std::chrono::milliseconds(lease_ms), id, ++operation};
}

Reply ScriptNode::register_node(const std::string& known, const std::string& former,
                                const std::string& former_epoch) {
    return world_.run(scripts::RegisterNode{.epoch = epoch,
                                            .lease = std::chrono::milliseconds(lease_ms),
                                            .node = id,
                                            .known_processes = known,
                                            .former_node = former,
                                            .former_epoch = former_epoch,
                                            .claim = claim_time,
                                            .webhook_rules = world_.rules});
}

Reply ScriptNode::finish_resync() {
    return world_.run(scripts::FinishResync{next_operation(), world_.ring_bytes});
}

void ScriptNode::join() {
    if (register_node()[0].text != "OK" || finish_resync()[0].text != "OK") {
        throw std::runtime_error(id + " cannot register");
    }
}

Reply ScriptNode::sync_topic(const Sync& sync) {
    std::vector<MemberStep> steps;
    for (const Step& step : sync.steps)
        steps.push_back({step.what != "-", step.user, step.info, step.what == "="});
    return world_.run(scripts::SyncTopic{.operation = next_operation(),
                                         .ring_bytes = world_.ring_bytes,
                                         .topic = sync.topic,
                                         .count = sync.count,
                                         .has_joined = sync.has_joined,
                                         .limit = sync.most,
                                         .subscribed_before = sync.subscribed_before,
                                         .replica_version = sync.replica,
                                         .admitted = sync.admitted,
                                         .steps = steps});
}

Reply ScriptNode::offer_roster(const std::string& topic, std::uint64_t version,
                               const std::vector<std::string>& members_and_infos, bool is_first) {
    std::vector<std::pair<std::string, std::string>> members;
    for (std::size_t i = 0; i + 1 < members_and_infos.size(); i += 2) {
        members.emplace_back(members_and_infos[i], members_and_infos[i + 1]);
    }
    return world_.run(scripts::OfferRoster{next_operation(), topic, version, is_first, members});
}

Reply ScriptNode::offer_webhooks(const std::vector<scripts::OfferWebhooks::Webhook>& webhooks) {
    return world_.run(scripts::OfferWebhooks{next_operation(), webhooks});
}

Reply ScriptNode::renew_lease(bool may_clear, std::uint64_t claim_ms,
                              const Connections& connections) {
    return world_.run(scripts::RenewLease{next_operation(), world_.ring_bytes, may_clear,
                                          std::chrono::milliseconds(claim_ms), connections});
}

Reply ScriptNode::clear_dead_node(const std::string& dead, std::uint64_t most) {
    return world_.run(
        scripts::ClearDeadNode{next_operation(), world_.ring_bytes, dead, most, claim_time});
}

Reply ScriptNode::unregister() {
    return world_.run(scripts::UnregisterNode{next_operation()});
}

}  // namespace carillon::test
