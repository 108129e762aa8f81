#include "script_world.hpp"

#include <stdexcept>

namespace carillon::test {

Reply ScriptWorld::run(std::string_view script, std::vector<std::string> arguments) {
    std::string& digest = digests_[script];
    if (digest.empty()) digest = command({"SCRIPT", "LOAD", std::string(script)}).text;
    arguments.insert(arguments.begin(), {"EVALSHA", digest, "1", prefix});
    return command(arguments);
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

std::vector<std::string> ScriptWorld::webhooks() {
    return run(scripts::take_webhooks, {"1000000"}).texts();
}

std::map<std::string, std::string> ScriptWorld::everything(std::string_view except) {
    std::map<std::string, std::string> all;
    for (const std::string& name : command({"KEYS", "*"}).texts()) {
        if (name != key(except)) all[name] = command({"DUMP", name}).text;
    }
    return all;
}

Reply ScriptWorld::publish(std::string_view topic, std::string_view process, std::uint64_t counter,
                           std::string_view body) {
    return run(scripts::publish,
               {epoch, std::to_string(ring_bytes), std::string(topic), std::string(process),
                std::to_string(counter), std::to_string(counter - 1), "e", "-", std::string(body)});
}

std::vector<std::string> ScriptNode::begin() {
    return {epoch, std::to_string(lease_ms), id, std::to_string(++operation)};
}

Reply ScriptNode::register_node(const std::string& known, const std::string& former,
                                const std::string& former_epoch) {
    std::vector<std::string> arguments{
        epoch, std::to_string(lease_ms), id, known, former, former_epoch, "5000"};
    arguments.insert(arguments.end(), world_.rules.begin(), world_.rules.end());
    return world_.run(scripts::register_node, arguments);
}

Reply ScriptNode::finish_resync() {
    std::vector<std::string> arguments = begin();
    arguments.push_back(std::to_string(world_.ring_bytes));
    return world_.run(scripts::finish_resync, arguments);
}

void ScriptNode::join() {
    if (register_node()[0].text != "OK" || finish_resync()[0].text != "OK") {
        throw std::runtime_error(id + " cannot register");
    }
}

Reply ScriptNode::sync_topic(const Sync& sync) {
    std::vector<std::string> arguments = begin();
    arguments.insert(arguments.end(),
                     {std::to_string(world_.ring_bytes), sync.topic, std::to_string(sync.count),
                      sync.wants_count ? "1" : "0", std::to_string(sync.most),
                      sync.subscribed_before ? "1" : "0", std::to_string(sync.replica),
                      std::to_string(sync.admitted)});
    for (const Step& step : sync.steps) {
        arguments.insert(arguments.end(), {step.what, step.user, step.info});
    }
    return world_.run(scripts::sync_topic, arguments);
}

Reply ScriptNode::offer_roster(const std::string& topic, std::uint64_t number,
                               const std::vector<std::string>& members_and_infos, bool is_first) {
    std::vector<std::string> arguments = begin();
    arguments.insert(arguments.end(), {topic, std::to_string(number), is_first ? "1" : "0"});
    arguments.insert(arguments.end(), members_and_infos.begin(), members_and_infos.end());
    return world_.run(scripts::offer_roster, arguments);
}

Reply ScriptNode::renew_lease(bool may_clear, std::uint64_t claim_ms) {
    std::vector<std::string> arguments = begin();
    arguments.insert(arguments.end(), {std::to_string(world_.ring_bytes), may_clear ? "1" : "0",
                                       std::to_string(claim_ms)});
    return world_.run(scripts::renew_lease, arguments);
}

Reply ScriptNode::clear_dead_node(const std::string& dead, std::uint64_t most) {
    std::vector<std::string> arguments = begin();
    arguments.insert(arguments.end(),
                     {std::to_string(world_.ring_bytes), dead, std::to_string(most), "5000"});
    return world_.run(scripts::clear_dead_node, arguments);
}

Reply ScriptNode::unregister() {
    return world_.run(scripts::unregister_node, begin());
}

}  // namespace carillon::test
