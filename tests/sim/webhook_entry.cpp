#include "webhook_entry.hpp"

#include <nlohmann/json.hpp>

#include "webhook_record.hpp"

namespace carillon::sim {

Entry webhook_entry(const WebhookEvent& event) {
    const auto json = nlohmann::json::parse(event.text);
    Entry entry{.kind = Entry::Kind::webhook, .text = json.at("name")};
    if (json.contains("channel")) {
        entry.channel = channel_number(json.at("channel").get<std::string>());
    }
    if (json.contains("user_id")) entry.user = user_number(json.at("user_id").get<std::string>());
    if (json.contains("subscription_count")) entry.number = json.at("subscription_count");
    return entry;
}

void add_taken(World& world, std::uint32_t node, const Resp& records) {
    for (const Resp& item : records.items) {
        const auto record = WebhookRecord::parse(item.text);
        if (!record || record->app_id != world.apps[0]->id.get()) continue;
        Entry entry{.at = world.time.now(),
                    .kind = Entry::Kind::webhook_taken,
                    .node = node,
                    .number = record->count,
                    .text = std::string(name_of(record->kind))};
        if (!record->channel.empty()) entry.channel = channel_number(record->channel);
        if (!record->user_id.empty()) entry.user = user_number(record->user_id);
        world.history.add(std::move(entry));
    }
}

}  // namespace carillon::sim
