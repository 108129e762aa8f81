#include "stored_delivery.hpp"

#include <nlohmann/json.hpp>

namespace carillon {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// The string member `name`, "" if it is missing; nullopt if it is not a string.
std::optional<std::string> string_member(const json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return std::string{};
    if (!found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

/// Kind and subject of an event in the form of the webhook body; nullopt if it is not one.
std::optional<QueuedEvent> event_of(const json& event) {
    if (!event.is_object()) return std::nullopt;
    const auto name = string_member(event, "name");
    const auto channel = string_member(event, "channel");
    const auto user = string_member(event, "user_id");
    const auto kind = name ? webhook_kind(*name) : std::nullopt;
    if (!kind || !channel || !user) return std::nullopt;
    QueuedEvent queued;
    queued.kind = *kind;
    queued.subject = channel->empty() ? *user : *channel;
    return queued;
}

}  // namespace

std::string StoredDelivery::json_line() const {
    ordered_json head = {{"app", app}, {"endpoint", endpoint}};
    if (!delivery_id.empty()) head["delivery"] = delivery_id;
    if (!reason.empty()) head["reason"] = reason;
    std::string out = head.dump();
    // The events are finished JSON: they are stored byte for byte.
    out.back() = ',';
    out += R"("events":[)";
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (i > 0) out += ',';
        out += events[i].text;
    }
    out += "]}\n";
    return out;
}

std::optional<StoredDelivery> StoredDelivery::parse(std::string_view line) {
    // ordered_json keeps the order of members, so that an event is sent byte for byte as stored.
    const ordered_json tree = ordered_json::parse(line, nullptr, false);
    const auto events = tree.is_object() ? tree.find("events") : tree.end();
    if (!tree.is_object() || events == tree.end() || !events->is_array()) return std::nullopt;
    const json head = tree;
    const auto app = string_member(head, "app");
    const auto endpoint = string_member(head, "endpoint");
    const auto delivery_id = string_member(head, "delivery");
    const auto reason = string_member(head, "reason");
    if (!app || !endpoint || !delivery_id || !reason) return std::nullopt;
    StoredDelivery stored{*app, *endpoint, *delivery_id, *reason, {}};
    for (const ordered_json& event : *events) {
        auto queued = event_of(json(event));
        if (!queued) return std::nullopt;
        queued->text = event.dump();
        stored.events.push_back(std::move(*queued));
    }
    return stored;
}

}  // namespace carillon
