#include "stored_delivery.hpp"

#include <nlohmann/json.hpp>

namespace carillon {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

/// The member's text; nothing if it is there and no text.
std::optional<std::string> string_member(const json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return std::string{};
    if (!found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

/// `event` as the body has it: kind and subject are in it.
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
    // The events are finished JSON: they leave as they would have left.
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
    // Members keep their order: an event leaves with the bytes that it came with.
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
